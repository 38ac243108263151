import { once as event } from "node:events";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { type BreakerOptions, createSop, type Host, type Logger, type RouteBreaker, type SopOptions } from "@sop/core";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { describe, expect, it, onTestFinished } from "vitest";
import { type SopEnv, type SopMiddleware, sop } from "../src/index.ts";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const host: Host = { env: {}, onCrash: () => () => {}, exit: () => {} };
const once: BreakerOptions = { consecutiveFailuresThreshold: 1, waitDurationInOpenState: "90s" };
const options: SopOptions = { service: "gateway", logger: silent, ports: { host } };

const fail = (): never => {
  throw new Error("secret of the shop");
};

const panic = { status: 503, code: "SOP_PANIC", retryAfter: null };
const refused = { status: 503, code: "SOP_BREAKER_OPEN", retryAfter: "90" };

describe.each(["node", "web"] as const)("on %s: a breaker", (place) => {
  async function serve(build: (app: Hono<SopEnv>, guard: SopMiddleware) => void, more: SopOptions = {}) {
    const ready = createSop({ ...options, ...more });
    onTestFinished(() => ready.dispose());
    const guard = sop(ready);
    const app = new Hono<SopEnv>();
    app.use(guard);
    build(app, guard);
    let ask = async (path: string, method: string) => app.request(path, { method });
    if (place === "node") {
      const server = createAdaptorServer(app);
      await event(server.listen(0, "127.0.0.1"), "listening");
      onTestFinished(() => void server.close());
      ask = (path, method) => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, { method });
    }
    const get = async (path: string, method = "GET") => {
      const response = await ask(path, method);
      const code = /"code":"(\w+)"/.exec(await response.text())?.[1];
      return { status: response.status, code, retryAfter: response.headers.get("retry-after") };
    };
    const states = () => Object.fromEntries(ready.breakers().map(({ name, state }) => [name, state]));
    return { get, states };
  }

  it("of a route is named after its whole template, and holds for HEAD too", async () => {
    const { get, states } = await serve((app, guard) => {
      const shop = new Hono<SopEnv>();
      shop.get("/items/:id", guard.breaker(once), fail);
      shop.put("/items/:id", guard.breaker(), (c) => c.text("ok"));
      app.route("/shop", shop);
    });
    expect(await get("/shop/items/7")).toMatchObject(panic);
    expect(await get("/shop/items/8")).toMatchObject(refused);
    expect(await get("/shop/items/8", "HEAD")).toMatchObject({ status: 503, retryAfter: "90" });
    expect((await get("/shop/items/8", "PUT")).status).toBe(200);
    expect(states()).toEqual({ "GET /shop/items/:id": "open", "PUT /shop/items/:id": "closed" });
  });

  it("before many routes is one for each of them, and none for a path without a route", async () => {
    const { get, states } = await serve((app, guard) => {
      app.use("/shop/*", guard.breaker(once));
      app.get("/shop/a", fail);
      app.get("/shop/b", (c) => c.text("ok"));
    });
    await get("/shop/a");
    expect(await get("/shop/a")).toMatchObject(refused);
    expect((await get("/shop/b")).status).toBe(200);
    expect((await get("/shop/nowhere")).status).toBe(404);
    expect(states()).toEqual({ "GET /shop/a": "open", "GET /shop/b": "closed" });
  });

  it("with a name is shared by all that it stands before", async () => {
    const { get, states } = await serve(
      (app, guard) => {
        app.use("/shop/*", guard.breaker("shop"));
        app.get("/shop/a", fail);
        app.get("/shop/b", (c) => c.text("ok"));
      },
      { breakers: { shop: once } },
    );
    await get("/shop/a");
    expect(await get("/shop/b")).toMatchObject(refused);
    expect(states()).toEqual({ shop: "open" });
  });

  it("does not count Hono's own exceptions below 500, nor what onError answers so", async () => {
    const { get, states } = await serve((app, guard) => {
      app.onError((error, c) => (error instanceof HTTPException ? error.getResponse() : c.text("no such item", 422)));
      app.get("/known", guard.breaker(once), fail);
      app.get("/forbidden", guard.breaker(once), () => {
        throw new HTTPException(403);
      });
    });
    for (let i = 0; i < 2; i++) expect((await get("/known")).status).toBe(422);
    for (let i = 0; i < 2; i++) expect((await get("/forbidden")).status).toBe(403);
    expect(states()).toEqual({ "GET /known": "closed", "GET /forbidden": "closed" });
  });
});

it.each<[unknown, string]>([
  [{ failureRateThreshold: 2 }, "breaker.failureRateThreshold: got 2, expected a ratio above 0, at most 1"],
  ["", 'breaker: got "", expected a non-empty string'],
])("a breaker that is wrong is named at once: %j", (given, message) => {
  const guard = sop(options);
  onTestFinished(() => guard.sop.dispose());
  expect(() => guard.breaker(given as RouteBreaker)).toThrow(message);
});
