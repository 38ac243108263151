import "reflect-metadata";
import { Controller, Get, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";

class Shops {
  find() {
    return { ok: true };
  }
}
Get(":shop/items/:item")(Shops.prototype, "find", Object.getOwnPropertyDescriptor(Shops.prototype, "find"));
Controller("shops")(Shops);

class Application {}
Module({ controllers: [Shops] })(Application);

const app = await NestFactory.create(Application, { logger: false });
await app.listen(0, "127.0.0.1");
console.log(`port ${app.getHttpServer().address().port}`);
