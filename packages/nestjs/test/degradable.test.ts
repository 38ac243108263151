import "reflect-metadata";
import { Controller, Get, Inject, Injectable, Module, Param, Post } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import { settableFlags } from "@sop/conformance";
import { createSop, type Host, type Logger, type Sop } from "@sop/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { Degradable, SopModule } from "../src/index.ts";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const host: Host = { env: {}, onCrash: () => () => {}, exit: () => {} };

@Injectable()
class Prices {
  readonly currency = "EUR";

  @Degradable("prices.enabled", {
    fallback(this: Prices, item: string) {
      if (item === "broken") throw new Error("secret of the fallback");
      return Promise.resolve(`old price of ${item} in ${this.currency}`);
    },
  })
  async of(item: string): Promise<string> {
    return `price of ${item} in ${this.currency}`;
  }
}

@Controller("items")
class ItemsController {
  readonly #prices: Prices;

  constructor(@Inject(Prices) prices: Prices) {
    this.#prices = prices;
  }

  @Get(":id/price")
  price(@Param("id") id: string): Promise<string> {
    return this.#prices.of(id);
  }

  // The decorators of Nest above and below it: both orders are usual.
  @Degradable("offers.enabled", { fallback: { value: "no offers" } })
  @Get("offers")
  offers(): string {
    return "offers";
  }

  @Post(":id")
  @Degradable("orders.enabled")
  order(@Param("id") id: string): string {
    return `ordered ${id}`;
  }
}

describe.each(["express", "fastify"])("@Degradable over %s", (platform) => {
  it("is the method while its flag is on, and what the fallback says while it is off", async () => {
    const { send, set, sop } = await serve(platform);
    expect(await send("/items/7/price")).toMatchObject({ status: 200, text: "price of 7 in EUR" });
    expect(await send("/items/offers")).toMatchObject({ status: 200, text: "offers" });
    expect(await send("/items/7", "POST")).toMatchObject({ status: 201, text: "ordered 7" });
    await set({ "prices.enabled": false, "offers.enabled": false, "orders.enabled": false });
    expect(await send("/items/7/price")).toMatchObject({ status: 200, text: "old price of 7 in EUR" });
    expect(await send("/items/offers")).toMatchObject({ status: 200, text: "no offers" });
    const refused = await send("/items/7", "POST");
    expect(refused.status).toBe(503);
    expect(JSON.parse(refused.text)).toMatchObject({ code: "SOP_DEGRADED" });
    expect(sop.metrics().degraded).toEqual({ "prices.enabled": 1, "offers.enabled": 1, "orders.enabled": 1 });
    expect(sop.metrics().panics).toEqual({});
    await set({});
    expect(await send("/items/7/price")).toMatchObject({ text: "price of 7 in EUR" });
  });

  it("a fallback that fails is a panic of the flag's name", async () => {
    const { send, set, sop } = await serve(platform);
    await set({ "prices.enabled": false });
    const failed = await send("/items/broken/price");
    expect(failed.status).toBe(503);
    expect(JSON.parse(failed.text)).toMatchObject({ code: "SOP_PANIC" });
    expect(sop.metrics().panics).toEqual({ "prices.enabled": 1 });
  });
});

describe("@Degradable", () => {
  it("keeps the method's name and number of parameters", () => {
    const { name, length } = ItemsController.prototype.order;
    expect([name, length]).toEqual(["order", 1]);
  });

  it("on an object that Nest did not make is the method itself", async () => {
    expect(await new Prices().of("7")).toBe("price of 7 in EUR");
  });
});

/** An application whose flags can be set. */
async function serve(platform: string) {
  const { source, set } = settableFlags();
  const sop: Sop = createSop({ service: "shop", logger: silent, sources: [source], ports: { host } });
  class AppModule {}
  Module({ imports: [SopModule.forRoot(sop)], controllers: [ItemsController], providers: [Prices] })(AppModule);
  const adapter = platform === "fastify" ? new FastifyAdapter() : new ExpressAdapter();
  const app = await NestFactory.create(AppModule, adapter as ExpressAdapter, { logger: false });
  await app.listen(0, "127.0.0.1");
  onTestFinished(() => app.close());
  const url = await app.getUrl();
  return {
    sop,
    set: (flags: Record<string, boolean>) => set(sop, flags),
    async send(path: string, method = "GET") {
      const response = await fetch(`${url}${path}`, { method });
      return { status: response.status, text: await response.text() };
    },
  };
}
