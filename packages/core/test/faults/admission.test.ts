import type { FaultInjector, SopOptions } from "@sop/core";
import { describe, expect, it } from "vitest";
import { bench } from "../support/fake.ts";

const injecting = (injectors: readonly FaultInjector[], options: SopOptions = {}) =>
  bench({ ...options, faults: { injectors } });

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("before the handler", () => {
  it("fail-fast refuses each request, or those of a route", () => {
    const { life, open, sop } = injecting([{ middleware: "/items/:id", mode: "fail-fast", response: { status: 418 } }]);
    expect(life.admit(open({}, { route: "/other" }))).toBeUndefined();
    const refused = life.admit(open());
    expect(refused).toMatchObject({ status: 418, headers: { "x-sop-fault": "/items/:id" } });
    expect(sop.metrics().refused).toEqual({ injected: 1 });
    sop.faults?.replace([{ middleware: "*", mode: "fail-fast" }]);
    expect(life.admit(open({}, { route: "/other" }))).toMatchObject({ status: 503, headers: { "x-sop-fault": "*" } });
  });

  it("an injector of the route goes before that of every request, and of one place the first that holds", () => {
    const reply = (status: number, middleware: string, trigger?: string): FaultInjector => ({
      middleware,
      mode: "fail-fast",
      response: { status },
      ...(trigger && { trigger }),
    });
    const { life, open } = injecting([
      reply(401, "*"),
      reply(402, "/items/:id", "header:x-first"),
      reply(403, "/items/:id", "header:x-second"),
      reply(404, "/items/:id", "header:x-first"),
    ]);
    expect(life.admit(open({ "x-first": "", "x-second": "" }))?.status).toBe(402);
    expect(life.admit(open({ "x-second": "" }))?.status).toBe(403);
    expect(life.admit(open())?.status).toBe(401);
  });

  it("a drain is asked first, and faults before the load limit", () => {
    const { life, open, sop } = injecting([{ middleware: "*", mode: "fail-fast" }], {
      overload: { maxInFlight: 1, maxEventLoopDelay: false },
    });
    for (let n = 0; n < 3; n++) life.admit(open());
    expect(sop.metrics().refused).toEqual({ injected: 3 });
  });

  it("delay lets the request begin later, in its own context", async () => {
    const { life, open, clock, sop } = injecting([{ middleware: "*", mode: "delay", duration_ms: 200 }]);
    const context = open();
    expect(life.admit(context)).toBeUndefined();
    const begun: unknown[] = [];
    const result = life.run(context, () => {
      begun.push(sop.current());
      return "done";
    });
    clock.advance(199);
    await settled();
    expect(begun).toEqual([]);
    clock.advance(1);
    expect(await result).toBe("done");
    expect(begun).toEqual([context]);
    expect(life.run(context, () => "what it starts later")).toBe("what it starts later");
    expect(sop.metrics().refused).toEqual({});
  });

  it("a delay ends with the deadline or the client's leaving: the handler is never called", async () => {
    const { life, open, clock, replies } = injecting([{ middleware: "*", mode: "delay", duration_ms: 5_000 }], {
      deadline: { default: "1s" },
    });
    const begun: unknown[] = [];
    const [late, left] = [open(), open()];
    for (const context of [late, left]) {
      life.admit(context);
      life.run(context, () => begun.push(context));
    }
    life.close(left, 200, "aborted");
    clock.advance(1_010);
    await settled();
    expect(replies(late)).toMatchObject([{ status: 504 }]);
    expect(clock.pending).toBe(0);
    clock.advance(10_000);
    await settled();
    expect(begun).toEqual([]);
  });

  it("abort cuts the connection", () => {
    const { life } = injecting([{ middleware: "*", mode: "abort" }]);
    const cuts: string[] = [];
    const context = life.open({ method: "GET", headers: {} }, {
      replies: [],
      destroy: () => cuts.push("cut"),
    } as never);
    expect(life.admit(context)).toMatchObject({ status: 503 });
    expect(cuts).toEqual(["cut"]);
  });
});

describe("a trigger", () => {
  const held = (
    trigger: string | readonly string[],
    head: { method?: string; url?: string; headers?: object },
    random = 0,
  ) => {
    const { life } = injecting([{ middleware: "*", mode: "fail-fast", trigger }], { ports: { random: () => random } });
    const context = life.open({ headers: {}, ...head } as never, { route: undefined, replies: [] });
    return life.admit(context) !== undefined;
  };

  it.each<[string, boolean, Parameters<typeof held>[1]]>([
    ["header:X-Debug-Fail: true", true, { headers: { "x-debug-fail": "true" } }],
    ["header:X-Debug-Fail: true", false, { headers: { "x-debug-fail": "TRUE" } }],
    ["header:x-debug-fail:true", true, { headers: new Headers({ "X-Debug-Fail": "true" }) }],
    ["header:x-url: http://a:1", true, { headers: { "x-url": "http://a:1" } }],
    ["header:x-empty:", true, { headers: { "x-empty": "" } }],
    ["header:x-any", true, { headers: { "x-any": "1" } }],
    ["header:x-any", false, {}],
    ["path:/orders", true, { url: "/orders?x=1" }],
    ["path:/orders", false, { url: "/orders/7" }],
    ["path:/orders/*", true, { url: "http://localhost/orders/7" }],
    ["path:/orders/*", false, { url: "/orders" }],
    ["method:post", true, { method: "POST" }],
    ["method:POST", false, { method: "GET" }],
  ])("%s: %s", (trigger, holds, head) => {
    expect(held(trigger, head)).toBe(holds);
  });

  it("percentage holds for that share of requests", () => {
    expect(held("percentage:10", {}, 0.099)).toBe(true);
    expect(held("percentage:10", {}, 0.1)).toBe(false);
    expect(held("percentage:100", {}, 0.999_999)).toBe(true);
    expect(held("percentage:0.01", {}, 0.000_099)).toBe(true);
  });

  it("of several holds where all do", () => {
    expect(held(["method:GET", "header:x-any"], { headers: { "x-any": "1" } })).toBe(true);
    expect(held(["method:GET", "header:x-any"], {})).toBe(false);
  });
});
