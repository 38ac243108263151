import { once as event } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { settableFlags } from "@sop/conformance";
import { createSop, type Host, type Logger } from "@sop/core";
import express, { type Express, type RequestHandler } from "express";
// @ts-expect-error the package under its other name has no types; they are those of Express 5
import express4 from "express4";
import { describe, expect, it, onTestFinished } from "vitest";
import { type ExpressSop, sop } from "../src/index.ts";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const host: Host = { env: {}, onCrash: () => () => {}, exit: () => {} };

const succeed: RequestHandler = (_req, res) => void res.send("handler");

const rejects: [string, RequestHandler] = ["rejects", () => Promise.reject(new Error("secret of the fallback"))];

describe.each([
  { version: 4, framework: express4 as typeof express },
  { version: 5, framework: express },
])("Express $version: what is degradable", ({ version, framework }) => {
  /** An application over a real socket, whose flags can be set. */
  async function serve(build: (app: Express, s: ExpressSop) => void) {
    const { source, set } = settableFlags();
    const ready = createSop({ service: "shop", logger: silent, sources: [source], ports: { host } });
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
    return {
      ready,
      set: (flags: Record<string, boolean>) => set(ready, flags),
      async send(path: string, headers: Record<string, string> = {}) {
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
        const response = await fetch(url, { headers });
        const text = await response.text();
        return { status: response.status, text, code: /"code":"(\w+)"/.exec(text)?.[1] };
      },
    };
  }

  it("is answered by the fallback while its flag is off, after what stands before it", async () => {
    const allow: RequestHandler = (req, res, next) => {
      if (req.headers.authorization === "me") next();
      else res.status(401).send("who are you?");
    };
    const fallback: RequestHandler = (req, res) =>
      void res.json({ id: req.params["id"], degraded: req.sop.degraded, route: req.sop.route });
    const { send, set, ready } = await serve(
      (app, s) => void app.get("/reports/:id", allow, s.degradable("reports", fallback), succeed),
    );
    const me = { authorization: "me" };
    expect(await send("/reports/7", me)).toMatchObject({ status: 200, text: "handler" });
    await set({ reports: false });
    expect(await send("/reports/7")).toMatchObject({ status: 401 });
    expect(JSON.parse((await send("/reports/7", me)).text)).toEqual({
      id: "7",
      degraded: ["reports"],
      route: "/reports/:id",
    });
    expect(ready.metrics()).toMatchObject({ degraded: { reports: 1 }, panics: {} });
    await set({});
    expect(await send("/reports/7", me)).toMatchObject({ status: 200, text: "handler" });
  });

  it("is answered with 503 SOP_DEGRADED without a fallback, a whole router too, which is no panic", async () => {
    const { send, set, ready } = await serve((app, s) => {
      app.use("/shop", s.degradable("shop"), framework.Router().get("/a", succeed));
      app.get("/outside", succeed);
    });
    await set({ shop: false });
    expect(await send("/shop/a")).toMatchObject({ status: 503, code: "SOP_DEGRADED" });
    expect((await send("/outside")).status).toBe(200);
    expect(ready.metrics()).toMatchObject({ degraded: { shop: 1 }, panics: {} });
  });

  it.each<[string, RequestHandler]>([
    [
      "throws",
      () => {
        throw new Error("secret of the fallback");
      },
    ],
    ["hands an error to next", (_req, _res, next) => next(new Error("secret of the fallback"))],
    // Express 4 does not look at promises.
    ...(version === 4 ? [] : [rejects]),
  ])("has a panic of the flag's name where its fallback %s", async (_how, fallback) => {
    const { send, set, ready } = await serve((app, s) => void app.get("/", s.degradable("reports", fallback), succeed));
    await set({ reports: false });
    const { status, code, text } = await send("/");
    expect([status, code]).toEqual([503, "SOP_PANIC"]);
    expect(text).not.toContain("secret");
    expect(ready.metrics().panics).toEqual({ reports: 1 });
  });
});

it("a degradable that is wrong is named at once, with every problem", () => {
  const s = sop({ service: "shop", logger: silent, ports: { host } });
  onTestFinished(() => s.sop.dispose());
  const fallback = JSON.parse('{"value":1}') as RequestHandler;
  expect(() => s.degradable("", fallback)).toThrow(
    'degradable.flag: got "", expected a non-empty string; degradable.fallback: got {"value":1}, expected a function',
  );
});
