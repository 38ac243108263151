// Accounts, on NestJS: who buys, and how much credit they have.
import "reflect-metadata";
import type { AddressInfo } from "node:net";
import { Controller, Get, Inject, Injectable, Module, NotFoundException, Param, ParseIntPipe } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { SopModule } from "@sop/nestjs";
import { createSop } from "@sop/node";
import { listening, port } from "./settings.ts";

@Injectable()
class Accounts {
  readonly #credit = [120, 80, 45, 200];

  creditOf(id: number): number {
    const credit = this.#credit[id];
    if (credit === undefined) throw new NotFoundException("no such account");
    return credit;
  }
}

@Controller("accounts")
class AccountsController {
  readonly #accounts: Accounts;

  constructor(@Inject(Accounts) accounts: Accounts) {
    this.#accounts = accounts;
  }

  @Get(":id")
  account(@Param("id", ParseIntPipe) id: number): { id: number; credit: number } {
    return { id, credit: this.#accounts.creditOf(id) };
  }
}

@Module({
  imports: [SopModule.forRoot(createSop({ service: "accounts", deadline: { default: "5s" } }))],
  controllers: [AccountsController],
  providers: [Accounts],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ["error"] });
await app.listen(port, "127.0.0.1");
listening((app.getHttpServer().address() as AddressInfo).port);
