import { once as event } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type BreakerOptions, createSop, type Host, type Logger, type RouteBreaker, type SopOptions } from "@sop/core";
import express, { type Express, type RequestHandler } from "express";
// @ts-expect-error the package under its other name has no types; they are those of Express 5
import express4 from "express4";
import { describe, expect, it, onTestFinished } from "vitest";
import { type ExpressSop, sop } from "../src/index.ts";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const host: Host = { env: {}, onCrash: () => () => {}, exit: () => {} };
const once: BreakerOptions = { consecutiveFailuresThreshold: 1, waitDurationInOpenState: "90s" };
const options: SopOptions = { service: "catalog", logger: silent, ports: { host } };

const fail: RequestHandler = () => {
  throw new Error("secret of the shop");
};
const succeed: RequestHandler = (_req, res) => void res.send("ok");

const panic = { status: 503, code: "SOP_PANIC", retryAfter: null };
const refused = { status: 503, code: "SOP_BREAKER_OPEN", retryAfter: "90" };

describe.each([
  { version: 4, framework: express4 as typeof express },
  { version: 5, framework: express },
])("Express $version: a breaker", ({ framework }) => {
  async function serve(build: (app: Express, s: ExpressSop) => void, more: SopOptions = {}) {
    const ready = createSop({ ...options, ...more });
    const s = sop(ready);
    const app = framework();
    app.use(s.middleware);
    build(app, s);
    app.use(s.errorHandler);
    const server = createServer(app);
    await event(server.listen(0, "127.0.0.1"), "listening");
    onTestFinished(() => {
      ready.dispose();
      server.close();
    });
    const get = async (path: string, method = "GET") => {
      const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, { method });
      const code = /"code":"(\w+)"/.exec(await response.text())?.[1];
      return { status: response.status, code, retryAfter: response.headers.get("retry-after") };
    };
    const states = () => Object.fromEntries(ready.breakers().map(({ name, state }) => [name, state]));
    return { get, ready, states };
  }

  it("of a route is named after its whole template, and holds for HEAD too", async () => {
    const { get, states } = await serve((app, s) => {
      const shop = framework.Router();
      shop.get("/items/:id", s.breaker(once), fail);
      shop.put("/items/:id", s.breaker(), succeed);
      app.use("/shops/:shop", shop);
    });
    expect(await get("/shops/1/items/7")).toMatchObject(panic);
    expect(await get("/shops/2/items/8")).toMatchObject(refused);
    expect(await get("/shops/2/items/8", "HEAD")).toMatchObject({ status: 503, retryAfter: "90" });
    expect((await get("/shops/2/items/8", "PUT")).status).toBe(200);
    expect(states()).toEqual({ "GET /shops/:shop/items/:id": "open", "PUT /shops/:shop/items/:id": "closed" });
  });

  it("of a router has a name, and a route's own may stand within it", async () => {
    const { get, states } = await serve(
      (app, s) => {
        app.use("/shop", s.breaker("shop"), framework.Router().get("/a", fail).get("/b", s.breaker(), succeed));
        app.get("/outside", succeed);
      },
      { breakers: { shop: { ...once, consecutiveFailuresThreshold: 2 } } },
    );
    expect((await get("/shop/b")).status).toBe(200);
    for (let i = 0; i < 2; i++) expect(await get("/shop/a")).toMatchObject(panic);
    expect(await get("/shop/b")).toMatchObject(refused);
    expect((await get("/outside")).status).toBe(200);
    expect(states()).toEqual({ shop: "open", "GET /shop/b": "closed" });
  });

  it("without a name where no route is known fails, and says what is missing", async () => {
    const { get, ready } = await serve((app, s) => void app.use(s.breaker()).get("/", succeed));
    expect(await get("/")).toMatchObject(panic);
    expect(ready.incident?.triggers[0]?.panic?.message).toContain("breaker: got nothing, expected a name");
  });

  it("does not count errors below 500", async () => {
    const { get, states } = await serve((app, s) => {
      app.get("/", s.breaker(once), (_req, _res, next) => next(Object.assign(new Error("not yours"), { status: 403 })));
    });
    for (let i = 0; i < 3; i++) expect((await get("/")).status).toBe(403);
    expect(states()).toEqual({ "GET /": "closed" });
  });
});

it.each<[unknown, string]>([
  [{ failureRateThreshold: 2 }, "breaker.failureRateThreshold: got 2, expected a ratio above 0, at most 1"],
  ["", 'breaker: got "", expected a non-empty string'],
  [false, "breaker: got false, expected true, the name of a breaker, or an object of its options"],
])("a breaker that is wrong is named at once: %j", (given, message) => {
  const s = sop(options);
  onTestFinished(() => s.sop.dispose());
  expect(() => s.breaker(given as RouteBreaker)).toThrow(message);
});
