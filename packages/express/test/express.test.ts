import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createSop, type Host, type Logger } from "@sop/core";
import express, { type ErrorRequestHandler, type Express } from "express";
// @ts-expect-error the package under its other name has no types; they are those of Express 5
import express4 from "express4";
import { describe, expect, it, onTestFinished } from "vitest";
import { sop } from "../src/index.ts";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const host: Host = { env: {}, onCrash: () => () => {}, exit: () => {} };

const VERSIONS = [
  { version: 4, framework: express4 as typeof express },
  { version: 5, framework: express },
];

function fail(): never {
  throw new Error("secret of the shop");
}

describe.each(VERSIONS)("Express $version", ({ version, framework }) => {
  /** An application over a real socket; `build` gives it its routes, `late` what comes before the last error handler. */
  async function serve(build: (app: Express) => void, late: ErrorRequestHandler[] = []) {
    const ready = createSop({ service: "catalog", logger: silent, ports: { host } });
    const s = sop(ready);
    const app = framework();
    app.use(s.middleware);
    build(app);
    for (const handler of late) app.use(handler);
    app.use(s.errorHandler);
    const server = createServer(app);
    await once(server.listen(0, "127.0.0.1"), "listening");
    onTestFinished(() => {
      ready.dispose();
      server.close();
    });
    const get = async (path: string, init?: RequestInit) => {
      const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, init);
      const text = await response.text();
      return { status: response.status, text, code: /"code":"(\w+)"/.exec(text)?.[1] };
    };
    return { get, panics: () => ready.metrics().panics, series: () => ready.metrics().requests };
  }

  it("covers routers and mounted applications, under the whole template of their routes", async () => {
    const { get, series } = await serve((app) => {
      const router = framework.Router();
      router.get("/items/:id", fail);
      app.use("/shop", router);
      const mounted = framework();
      mounted.get("/deep/:n", (req, res) => void res.send(req.sop.route));
      app.use("/mounted", mounted);
    });
    expect(await get("/shop/items/7")).toMatchObject({ status: 503, code: "SOP_PANIC" });
    expect((await get("/mounted/deep/3")).text).toBe("/mounted/deep/:n");
    expect(series().map(({ route, status }) => `${route} ${status}`)).toEqual([
      "/shop/items/:id 503",
      "/mounted/deep/:n 200",
    ]);
  });

  it("knows the template of a route whose routers were left by an error, with all parameters", async () => {
    const { get, series } = await serve((app) => {
      const items = framework.Router({ mergeParams: true });
      items.get("/:id", fail);
      const shops = framework.Router();
      shops.get("/", fail);
      shops.use("/:shop/items", items);
      app.use("/shops", shops);
      const mounted = framework();
      mounted.get("/deep/:n", fail);
      app.use("/mounted", mounted);
    });
    await get("/shops/17/items/4?page=2");
    await get("/shops");
    await get("/mounted/deep/3");
    expect(series().map(({ route }) => route)).toEqual(["/shops/:shop/items/:id", "/shops", "/*/deep/:n"]);
  });

  it("lets the application's error middleware have its say, in its order", async () => {
    const order: string[] = [];
    const first: ErrorRequestHandler = (error, _req, _res, next) => {
      order.push("first");
      next(error);
    };
    const second: ErrorRequestHandler = (error, req, res, next) => {
      order.push("second");
      if (req.path === "/known") res.status(422).send("no such item");
      else next(error);
    };
    const { get, panics } = await serve(
      (app) => {
        app.get("/known", fail);
        app.get("/unknown", fail);
      },
      [first, second],
    );
    expect(await get("/known")).toMatchObject({ status: 422, text: "no such item" });
    expect(panics()).toEqual({});
    const { status, text } = await get("/unknown");
    expect(status).toBe(503);
    expect(text).not.toContain("secret");
    expect(panics()).toEqual({ fail: 1 });
    expect(order).toEqual(["first", "second", "first", "second"]);
  });

  it("passes an error of http-errors' kind below 500 on, and it was no panic", async () => {
    const { get, panics } = await serve((app) => {
      app.use(framework.json());
      app.post("/", (_req, res) => void res.send("ok"));
      app.get("/", (_req, _res, next) => next(Object.assign(new Error("not yours"), { status: 403 })));
    });
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: "{" };
    expect((await get("/", init)).status).toBe(400);
    expect((await get("/")).status).toBe(403);
    expect((await get("/nowhere")).status).toBe(404);
    expect(panics()).toEqual({});
  });

  it("answers for async handlers", async () => {
    const { get, panics } = await serve((app) => {
      app.get("/", async (_req, _res, next) => {
        try {
          await Promise.reject(new Error("later"));
        } catch (error) {
          // Express 4 does not look at promises.
          if (version === 4) next(error);
          else throw error;
        }
      });
    });
    expect(await get("/")).toMatchObject({ status: 503, code: "SOP_PANIC" });
    expect(Object.values(panics())).toEqual([1]);
  });

  it("counts what fails after the answer, and leaves the answer alone", async () => {
    const { get, panics } = await serve((app) => {
      app.get("/", (_req, res) => {
        res.send("sent");
        fail();
      });
    });
    expect(await get("/")).toMatchObject({ status: 200, text: "sent" });
    expect(panics()).toEqual({ "/": 1 });
  });
});
