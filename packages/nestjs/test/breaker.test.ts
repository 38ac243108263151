import "reflect-metadata";
import {
  type ArgumentsHost,
  Catch,
  Controller,
  type ExceptionFilter,
  ForbiddenException,
  Get,
  Inject,
  Injectable,
  Module,
  Param,
  type Provider,
  Put,
  Scope,
  type Type,
  UseFilters,
} from "@nestjs/common";
import { APP_FILTER, NestFactory, REQUEST } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import { type BreakerOptions, createSop, type Host, type Logger, type RouteBreaker } from "@sop/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { Breaker, SopModule } from "../src/index.ts";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const host: Host = { env: {}, onCrash: () => () => {}, exit: () => {} };
const once: BreakerOptions = { consecutiveFailuresThreshold: 1, waitDurationInOpenState: "90s" };

@Catch()
class CatchAll implements ExceptionFilter {
  catch(error: { status?: number }, at: ArgumentsHost): void {
    at.switchToHttp()
      .getResponse()
      .status(error.status ?? 500)
      .send("sorry");
  }
}

@Injectable({ scope: Scope.REQUEST })
class Cart {
  readonly url: string;

  constructor(@Inject(REQUEST) request: { url: string }) {
    this.url = request.url;
  }
}

@Controller("items")
class ItemsController {
  readonly #cart: Cart;

  constructor(@Inject(Cart) cart: Cart) {
    this.#cart = cart;
  }

  @Get(":id")
  @Breaker(once)
  item(@Param("id") id: string): string {
    if (id === "broken") throw new Error(`secret of ${this.#cart.url}`);
    if (id === "forbidden") throw new ForbiddenException();
    return id;
  }

  @Put(":id")
  @Breaker()
  put(): string {
    return "put";
  }

  @Get("filtered/:id")
  @UseFilters(CatchAll)
  @Breaker(once)
  filtered(): never {
    throw new Error("secret");
  }
}

@Controller("shop")
@Breaker(once)
class ShopController {
  @Get("a")
  a(): never {
    throw new Error("secret");
  }

  @Get("b")
  b(): string {
    return "b";
  }

  @Get("shared")
  @Breaker("shared")
  shared(): never {
    throw new Error("secret");
  }
}

const panic = { status: 503, code: "SOP_PANIC", retryAfter: null };
const refused = { status: 503, code: "SOP_BREAKER_OPEN", retryAfter: "90" };

describe.each([
  { platform: "Express", adapter: () => new ExpressAdapter() },
  { platform: "Fastify", adapter: () => new FastifyAdapter() },
])("over $platform: a breaker", ({ adapter }) => {
  async function serve(providers: Provider[] = []) {
    const ready = createSop({ service: "accounts", logger: silent, ports: { host }, breakers: { shared: once } });
    const AppModule: Type = class {};
    Module({
      imports: [SopModule.forRoot(ready)],
      controllers: [ItemsController, ShopController],
      providers: [Cart, ...providers],
    })(AppModule);
    const app = await NestFactory.create(AppModule, adapter(), { logger: false, abortOnError: false });
    await app.listen(0, "127.0.0.1");
    onTestFinished(() => app.close());
    const url = await app.getUrl();
    const get = async (path: string, method = "GET") => {
      const response = await fetch(url + path, { method });
      const text = await response.text();
      const { status, headers } = response;
      return { status, code: /"code":"(\w+)"/.exec(text)?.[1], retryAfter: headers.get("retry-after"), text };
    };
    const states = () => Object.fromEntries(ready.breakers().map(({ name, state }) => [name, state]));
    return { get, ready, states };
  }

  it("of a handler is named after its route, request-scoped or not", async () => {
    const { get, states } = await serve();
    expect((await get("/items/7")).text).toBe("7");
    expect(await get("/items/broken")).toMatchObject(panic);
    expect(await get("/items/7")).toMatchObject(refused);
    expect(await get("/items/7", "HEAD")).toMatchObject({ status: 503, retryAfter: "90" });
    expect((await get("/items/7", "PUT")).text).toBe("put");
    expect(states()).toEqual({ "GET /items/:id": "open", "PUT /items/:id": "closed" });
  });

  it("of a controller is one for each handler, but for those that say otherwise", async () => {
    const { get, ready, states } = await serve();
    for (const path of ["/shop/a", "/shop/shared"]) {
      expect(await get(path)).toMatchObject(panic);
      expect(await get(path)).toMatchObject(refused);
    }
    expect((await get("/shop/b")).text).toBe("b");
    expect(states()).toEqual({ "GET /shop/a": "open", shared: "open", "GET /shop/b": "closed" });
    for (const { calls } of ready.metrics().breakers) expect(calls.successful + calls.failed).toBe(1);
  });

  it("does not count what is answered below 500", async () => {
    const { get, states } = await serve();
    for (let i = 0; i < 3; i++) expect((await get("/items/forbidden")).status).toBe(403);
    expect(states()).toEqual({ "GET /items/:id": "closed" });
  });

  it.each([
    ["of a handler", "/items/filtered/1", []],
    ["of all handlers", "/shop/a", [{ provide: APP_FILTER, useClass: CatchAll }]],
  ])("leaves its refusal to a filter that catches all, %s, and says how long to wait", async (_of, path, providers) => {
    const { get, ready } = await serve(providers);
    expect(await get(path)).toMatchObject({ status: 500, text: "sorry" });
    const { panics } = ready.metrics();
    expect(await get(path)).toMatchObject({ status: 503, text: "sorry", retryAfter: "90" });
    expect(ready.metrics()).toMatchObject({ refused: { breaker_open: 1 }, panics });
  });
});

it.each<[unknown, string]>([
  [{ failureRateThreshold: 2 }, "breaker.failureRateThreshold: got 2, expected a ratio above 0, at most 1"],
  ["", 'breaker: got "", expected a non-empty string'],
])("a breaker that is wrong is named where it is written: %j", (given, message) => {
  expect(() => Breaker(given as RouteBreaker)).toThrow(message);
});
