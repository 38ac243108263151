import "reflect-metadata";
import type { AddressInfo } from "node:net";
import { Controller, Get, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import type { Variant } from "../variant.ts";
import { hold, sopOptions, work } from "./work.ts";

class ItemsController {
  item() {
    return work();
  }

  wait() {
    return hold();
  }
}
// Decorators are applied by hand: Node runs this file without a compiler.
decorate(ItemsController, "item", Get("items/:id"));
decorate(ItemsController, "wait", Get("held"));
Controller()(ItemsController);

function decorate(target: { prototype: object }, method: string, decorator: MethodDecorator): void {
  const descriptor = Object.getOwnPropertyDescriptor(target.prototype, method);
  if (descriptor !== undefined) decorator(target.prototype, method, descriptor);
}

class AppModule {}

export async function start(variant: Variant): Promise<number> {
  const imports = variant === "sop" ? [(await import("@sop/nestjs")).SopModule.forRoot(sopOptions)] : [];
  Module({ imports, controllers: [ItemsController] })(AppModule);
  const app = await NestFactory.create(AppModule, { logger: false });
  await app.listen(0, "127.0.0.1");
  return (app.getHttpServer().address() as AddressInfo).port;
}
