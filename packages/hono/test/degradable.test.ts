import { once as event } from "node:events";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { settableFlags } from "@sop/conformance";
import { createSop, type Host, type Logger } from "@sop/core";
import { type Handler, Hono } from "hono";
import { describe, expect, it, onTestFinished } from "vitest";
import { type SopEnv, type SopMiddleware, sop } from "../src/index.ts";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const host: Host = { env: {}, onCrash: () => () => {}, exit: () => {} };

const succeed: Handler<SopEnv> = (c) => c.text("handler");

describe.each(["node", "web"] as const)("on %s: what is degradable", (place) => {
  /** An application, over a real socket on Node, whose flags can be set. */
  async function serve(build: (app: Hono<SopEnv>, guard: SopMiddleware) => void) {
    const { source, set } = settableFlags();
    const ready = createSop({ service: "gateway", logger: silent, sources: [source], ports: { host } });
    onTestFinished(() => ready.dispose());
    const guard = sop(ready);
    const app = new Hono<SopEnv>();
    app.use(guard);
    build(app, guard);
    let ask = async (path: string, init: RequestInit) => app.request(path, init);
    if (place === "node") {
      const server = createAdaptorServer(app);
      await event(server.listen(0, "127.0.0.1"), "listening");
      onTestFinished(() => void server.close());
      ask = (path, init) => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, init);
    }
    return {
      ready,
      set: (flags: Record<string, boolean>) => set(ready, flags),
      async send(path: string, headers: Record<string, string> = {}) {
        const response = await ask(path, { headers });
        const text = await response.text();
        return { status: response.status, text, code: /"code":"(\w+)"/.exec(text)?.[1] };
      },
    };
  }

  it("is answered by the fallback while its flag is off, after what stands before it", async () => {
    const allow: Handler<SopEnv> = (c, next) =>
      c.req.header("authorization") === "me" ? next() : c.text("who are you?", 401);
    const fallback: Handler<SopEnv> = (c) =>
      c.json({ id: c.req.param("id"), degraded: c.var.sop.degraded, route: c.var.sop.route });
    const { send, set, ready } = await serve(
      (app, guard) => void app.get("/reports/:id", allow, guard.degradable("reports", fallback), succeed),
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

  it("is answered with 503 SOP_DEGRADED without a fallback, all that it stands before, which is no panic", async () => {
    const { send, set, ready } = await serve((app, guard) => {
      app.use("/shop/*", guard.degradable("shop"));
      app.get("/shop/a", succeed);
      app.get("/outside", succeed);
    });
    await set({ shop: false });
    expect(await send("/shop/a")).toMatchObject({ status: 503, code: "SOP_DEGRADED" });
    expect((await send("/outside")).status).toBe(200);
    expect(ready.metrics()).toMatchObject({ degraded: { shop: 1 }, panics: {} });
  });

  it.each<[string, Handler<SopEnv>]>([
    [
      "throws",
      () => {
        throw new Error("secret of the fallback");
      },
    ],
    ["rejects", () => Promise.reject(new Error("secret of the fallback"))],
  ])("has a panic of the flag's name where its fallback %s", async (_how, fallback) => {
    const { send, set, ready } = await serve(
      (app, guard) => void app.get("/", guard.degradable("reports", fallback), succeed),
    );
    await set({ reports: false });
    const { status, code, text } = await send("/");
    expect([status, code]).toEqual([503, "SOP_PANIC"]);
    expect(text).not.toContain("secret");
    expect(ready.metrics().panics).toEqual({ reports: 1 });
  });
});

it("a degradable that is wrong is named at once, with every problem", () => {
  const guard = sop({ service: "gateway", logger: silent, ports: { host } });
  onTestFinished(() => guard.sop.dispose());
  const fallback = JSON.parse('{"value":1}') as Handler<SopEnv>;
  expect(() => guard.degradable("", fallback)).toThrow(
    'degradable.flag: got "", expected a non-empty string; degradable.fallback: got {"value":1}, expected a function',
  );
});
