import { type BreakerOptions, createSop, type Host, type Logger, type SopOptions } from "@sop/core";
import Fastify, { type FastifyInstance } from "fastify";
import { describe, expect, it, onTestFinished } from "vitest";
import { sop } from "../src/index.ts";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const host: Host = { env: {}, onCrash: () => () => {}, exit: () => {} };
const once: BreakerOptions = { consecutiveFailuresThreshold: 1, waitDurationInOpenState: "90s" };

const fail = async (): Promise<never> => {
  throw new Error("secret of the shop");
};

/** An application over a real socket. `early` adds routes before the plugin is loaded, `late` after it. */
async function serve(
  { early, late }: { early?: (app: FastifyInstance) => void; late?: (app: FastifyInstance) => void },
  options: SopOptions = {},
) {
  const ready = createSop({ service: "orders", logger: silent, ports: { host }, ...options });
  const app = Fastify();
  app.register(sop, ready);
  early?.(app);
  await app.after();
  late?.(app);
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => app.close());
  const get = async (path: string, method = "GET") => {
    const response = await fetch(url + path, { method });
    const text = await response.text();
    const { status, headers } = response;
    return { status, code: /"code":"(\w+)"/.exec(text)?.[1], retryAfter: headers.get("retry-after"), text };
  };
  const states = () => Object.fromEntries(ready.breakers().map(({ name, state }) => [name, state]));
  return { get, ready, states };
}

const panic = { status: 503, code: "SOP_PANIC", retryAfter: null };
const refused = { status: 503, code: "SOP_BREAKER_OPEN", retryAfter: "90" };

describe.each(["early", "late"] as const)("a route that was added %s, with a breaker", (when) => {
  it("has one of its own, named after it, whose options are those of `breakers` or its own", async () => {
    const { get, states } = await serve(
      {
        [when]: (app: FastifyInstance) => {
          app.get("/items/:id", { config: { sop: { breaker: true } } }, fail);
          app.get("/carts/:id", { config: { sop: { breaker: once } } }, fail);
          app.get("/open", fail);
        },
      },
      { breakers: { "GET /items/:id": once } },
    );
    for (const path of ["/items/1", "/carts/1"]) {
      expect(await get(path)).toMatchObject(panic);
      expect(await get(path)).toMatchObject(refused);
    }
    for (let i = 0; i < 2; i++) expect(await get("/open")).toMatchObject(panic);
    expect(states()).toEqual({ "GET /items/:id": "open", "GET /carts/:id": "open" });
  });

  it("shares the one that it names with others", async () => {
    const { get, states } = await serve(
      {
        [when]: (app: FastifyInstance) => {
          app.get("/a", { config: { sop: { breaker: "catalog" } } }, fail);
          app.post("/b", { config: { sop: { breaker: "catalog" } } }, async () => "ok");
        },
      },
      { breakers: { catalog: once } },
    );
    await get("/a");
    expect(await get("/b", "POST")).toMatchObject(refused);
    expect(states()).toEqual({ catalog: "open" });
  });

  it("has it for HEAD as well, which Fastify adds by itself", async () => {
    const { get, states } = await serve({
      [when]: (app: FastifyInstance) => {
        app.get("/items/:id", { config: { sop: { breaker: once } } }, fail);
        app.route({ method: ["PUT", "DELETE"], url: "/items/:id", config: { sop: { breaker: true } }, handler: fail });
      },
    });
    await get("/items/1");
    expect(await get("/items/1", "HEAD")).toMatchObject({ status: 503, retryAfter: "90" });
    await get("/items/1", "DELETE");
    expect(states()).toEqual({ "GET /items/:id": "open", "PUT,DELETE /items/:id": "closed" });
  });
});

describe("the breaker of a route", () => {
  it("is named after its whole template in an encapsulated plugin", async () => {
    const { get, states } = await serve({
      early: (app) =>
        void app.register(async (shop) => void shop.get("/items/:id", { config: { sop: { breaker: once } } }, fail), {
          prefix: "/shop",
        }),
    });
    expect(states()).toEqual({ "GET /shop/items/:id": "closed" });
    await get("/shop/items/7");
    expect(await get("/shop/items/8")).toMatchObject(refused);
  });

  it("refuses by itself: the application's error handler is not asked", async () => {
    const { get } = await serve({
      late: (app) => {
        app.setErrorHandler((_error, _request, reply) => reply.code(500).send("sorry"));
        app.get("/", { config: { sop: { breaker: once } } }, fail);
      },
    });
    expect(await get("/")).toMatchObject({ status: 500, text: "sorry" });
    expect(await get("/")).toMatchObject(refused);
  });

  it("does not count what the application's error handler answers below 500", async () => {
    const { get, states } = await serve({
      late: (app) => {
        app.setErrorHandler((_error, _request, reply) => reply.code(422).send("no such item"));
        app.get("/", { config: { sop: { breaker: once } } }, fail);
      },
    });
    for (let i = 0; i < 3; i++) expect((await get("/")).status).toBe(422);
    expect(states()).toEqual({ "GET /": "closed" });
  });

  it("may be switched off by false", async () => {
    const { get, states } = await serve({
      late: (app) => void app.get("/", { config: { sop: { breaker: false } } }, fail),
    });
    expect(await get("/")).toMatchObject(panic);
    expect(states()).toEqual({});
  });
});

describe("a breaker that is wrong", () => {
  const wrong = { config: { sop: { breaker: { failureRateThreshold: 2 } } } };

  it("is named when its route is added, with the route", async () => {
    const app = Fastify();
    await app.register(sop, { service: "orders", logger: silent, ports: { host } });
    onTestFinished(() => app.close());
    expect(() => app.get("/items/:id", wrong, fail)).toThrow(
      "GET /items/:id: config.sop.breaker.failureRateThreshold: got 2, expected a ratio above 0, at most 1",
    );
    const unknown = JSON.parse('{"sop":{"braker":true}}') as object;
    expect(() => app.get("/carts/:id", { config: unknown }, fail)).toThrow("GET /carts/:id: config.sop.braker");
  });

  it("is named when its route is first asked, where that was added before the plugin was loaded", async () => {
    const { get, ready } = await serve({ early: (app) => void app.get("/items/:id", wrong, async () => "ok") });
    expect(await get("/items/1")).toMatchObject(panic);
    expect(ready.incident?.triggers[0]?.panic?.message).toContain("GET /items/:id: config.sop.breaker.failureRate");
  });
});
