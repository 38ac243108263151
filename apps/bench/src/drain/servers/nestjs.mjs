import "reflect-metadata";
import { Readable } from "node:stream";
import { Controller, Get, Module, Res } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { SopModule } from "@sop/nestjs";
import { slow, work } from "./work.mjs";

class AppController {
  work() {
    return work();
  }

  slow(res) {
    Readable.from(slow()).pipe(res);
  }
}

const { prototype } = AppController;
for (const name of ["work", "slow"]) Get(name)(prototype, name, Object.getOwnPropertyDescriptor(prototype, name));
Res()(prototype, "slow", 0);
Controller()(AppController);

class AppModule {}

export async function make(sop) {
  Module({ imports: [SopModule.forRoot(sop)], controllers: [AppController] })(AppModule);
  const app = await NestFactory.create(AppModule, { logger: false });
  await app.init();
  return app.getHttpServer();
}
