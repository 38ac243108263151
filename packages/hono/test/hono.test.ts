import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as after } from "node:timers/promises";
import { createAdaptorServer } from "@hono/node-server";
import { createSop, type FaultInjector, type Host, type Logger, type Sop, type SopOptions } from "@sop/core";
import { Hono, type MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { streamText } from "hono/streaming";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type SopEnv, sop } from "../src/index.ts";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const host: Host = { env: {}, onCrash: () => () => {}, exit: () => {} };
const fail = (): never => {
  throw new Error("secret of the shop");
};

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly code: string | undefined;
  /** Of `x-sop-fault`. */
  readonly fault: string | null;
}

type Get = (path: string) => Promise<Answer>;

async function answer(given: Response | Promise<Response>): ReturnType<Get> {
  const response = await given;
  const text = await response.text();
  const { status, headers } = response;
  return { status, text, code: /"code":"(\w+)"/.exec(text)?.[1], fault: headers.get("x-sop-fault") };
}

/** The same application on Node's server, and as a function of web requests, as Workers, Bun and Deno have it. */
const PLACES = ["node", "web"] as const;

describe.each(PLACES)("on %s", (place) => {
  async function serve(build: (app: Hono<SopEnv>, ready: Sop) => void, options: SopOptions = {}) {
    const ready = createSop({ service: "gateway", logger: silent, ports: { host }, ...options });
    onTestFinished(() => ready.dispose());
    const app = new Hono<SopEnv>();
    app.use(sop(ready));
    build(app, ready);
    let get: Get = (path) => answer(app.request(path));
    if (place === "node") {
      const server = createAdaptorServer(app);
      await once(server.listen(0, "127.0.0.1"), "listening");
      onTestFinished(() => void server.close());
      get = (path) => answer(fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`));
    }
    return { get, ready, panics: () => ready.metrics().panics };
  }

  it("sub-applications are covered, under the whole template of their routes", async () => {
    const { get, ready } = await serve((app) => {
      const shop = new Hono<SopEnv>();
      shop.get("/items/:id", fail);
      shop.get("/deep/:n", (c) => c.text(c.var.sop.route));
      app.route("/shop", shop);
    });
    expect(await get("/shop/items/7")).toMatchObject({ status: 503, code: "SOP_PANIC" });
    expect((await get("/shop/deep/3")).text).toBe("/shop/deep/:n");
    await vi.waitFor(() =>
      expect(ready.metrics().requests.map(({ route, status }) => `${route} ${status}`)).toEqual([
        "/shop/items/:id 503",
        "/shop/deep/:n 200",
      ]),
    );
  });

  it("a mounted application is covered too", async () => {
    const { get, panics } = await serve((app) => {
      app.mount("/old", (request: Request) => {
        if (new URL(request.url).pathname === "/broken") fail();
        return new Response("old");
      });
    });
    expect((await get("/old/x")).text).toBe("old");
    const { status, text } = await get("/old/broken");
    expect(status).toBe(503);
    expect(text).not.toContain("secret");
    expect(Object.values(panics())).toEqual([1]);
  });

  it("the application's onError has its say: below 500 it was no panic, else it was one and the answer stays", async () => {
    const { get, panics } = await serve((app) => {
      app.onError((_error, c) => (c.req.path === "/known" ? c.text("no such item", 422) : c.text("sorry", 500)));
      app.get("/known", fail);
      app.get("/unknown", fail);
    });
    expect(await get("/known")).toMatchObject({ status: 422, text: "no such item" });
    expect(panics()).toEqual({});
    expect(await get("/unknown")).toMatchObject({ status: 500, text: "sorry" });
    expect(panics()).toEqual({ fail: 1 });
  });

  it("Hono's own exceptions below 500 pass untouched", async () => {
    const { get, panics } = await serve((app) => {
      app.get("/", () => {
        throw new HTTPException(403, { message: "not yours" });
      });
    });
    expect(await get("/")).toMatchObject({ status: 403, text: "not yours" });
    expect((await get("/nowhere")).status).toBe(404);
    expect(panics()).toEqual({});
  });

  it("a stream is through when its last byte is", async () => {
    const { get, ready } = await serve((app) => {
      app.get("/", (c) =>
        streamText(c, async (stream) => {
          for (const word of ["one ", "two ", "three"]) {
            await stream.write(word);
            await after(2);
          }
        }),
      );
    });
    expect(await get("/")).toMatchObject({ status: 200, text: "one two three" });
    await vi.waitFor(() => expect(ready.requests()).toEqual([]));
    expect(ready.metrics().requests).toMatchObject([{ status: "200", count: 1 }]);
  });

  it("injected faults answer, delay and fail, and every answer is marked", async () => {
    const injectors: FaultInjector[] = [
      { middleware: "limit", mode: "fail-fast", trigger: "path:/limit", response: { status: 429, body: "slow down" } },
      { middleware: "limit", mode: "fault", trigger: "path:/fault" },
      { middleware: "limit", mode: "delay", duration_ms: 5, trigger: "path:/delay" },
      { middleware: "*", mode: "fail-fast", trigger: "path:/refused" },
      { middleware: "*", mode: "delay", duration_ms: 5, trigger: "path:/late" },
      { middleware: "*", mode: "delay", duration_ms: 3_600_000, trigger: "path:/never" },
      { middleware: "*", mode: "abort", trigger: "path:/nothing" },
    ];
    const build = (app: Hono<SopEnv>, { middleware }: Sop): void => {
      const limit: MiddlewareHandler = middleware("limit", (_c, next) => next());
      app.get("/*", limit, (c) => c.text("ok"));
    };
    const { get, panics } = await serve(build, { faults: { injectors }, deadline: { default: 50 } });
    expect(await get("/usual")).toMatchObject({ status: 200, text: "ok", fault: null });
    expect(await get("/limit")).toMatchObject({ status: 429, text: "slow down", fault: "limit" });
    expect(await get("/delay")).toMatchObject({ status: 200, text: "ok", fault: "limit" });
    expect(await get("/refused")).toMatchObject({ status: 503, code: "SOP_INJECTED", fault: "*" });
    expect(await get("/late")).toMatchObject({ status: 200, text: "ok", fault: "*" });
    expect(await get("/never")).toMatchObject({ status: 504, code: "SOP_DEADLINE" });
    expect(panics()).toEqual({});
    expect(await get("/fault")).toMatchObject({ status: 503, code: "SOP_PANIC", fault: "limit" });
    expect(panics()).toEqual({ limit: 1 });
    const aborted = get("/nothing");
    // Without a connection that could be cut the injector answers.
    if (place === "web") expect(await aborted).toMatchObject({ status: 503, code: "SOP_INJECTED", fault: "*" });
    else await expect(aborted).rejects.toThrow();
  });

  it("an execution context is the runtime's, where there is one", async () => {
    const { get } = await serve((app) => {
      app.get("/", (c) => {
        try {
          c.executionCtx.waitUntil(Promise.resolve());
          return c.text("waits");
        } catch {
          return c.text("none");
        }
      });
    });
    expect((await get("/")).text).toBe("none");
  });
});

it("what a handler leaves to waitUntil belongs to its request", async () => {
  const ready = createSop({ service: "gateway", logger: silent, ports: { host } });
  onTestFinished(() => ready.dispose());
  const app = new Hono<SopEnv>();
  app.use(sop(ready));
  const seen: unknown[] = [];
  app.get("/", (c) => {
    c.executionCtx.waitUntil(after(1).then(() => seen.push(ready.current()?.id === c.var.sop.id)));
    return c.text("ok");
  });
  const waiting: Promise<unknown>[] = [];
  const execution = {
    waitUntil: (work: Promise<unknown>) => void waiting.push(work),
    passThroughOnException() {},
    props: {},
  };
  expect(await (await app.request("/", {}, {}, execution)).text()).toBe("ok");
  await Promise.all(waiting);
  expect(seen).toEqual([true]);
});
