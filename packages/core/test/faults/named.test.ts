import type { FaultInjector, Observer, SopOptions } from "@sop/core";
import { describe, expect, it } from "vitest";
import { bench } from "../support/fake.ts";

const limit: FaultInjector = {
  middleware: "rate-limit",
  mode: "fail-fast",
  trigger: "header:X-Debug-Fail: true",
  response: { status: 429, body: '{"error":"rate_limit_exceeded"}' },
};
const slow: FaultInjector = { middleware: "timeout", mode: "delay", duration_ms: 3_500 };

/** A service with these injectors, and a way to run code in a request. */
function injecting(injectors: readonly FaultInjector[], options: SopOptions = {}) {
  const made = bench({ ...options, faults: { injectors } });
  const admitted = (headers?: Record<string, string>) => {
    const context = made.open(headers);
    made.life.admit(context);
    return context;
  };
  return { ...made, admitted };
}

/** Lets everything happen that waits for nothing but its turn. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("fail-fast in a named middleware", () => {
  it("answers in its place where the trigger holds, marked, counted and told", () => {
    const told: unknown[] = [];
    const { sop, life, log, admitted, replies } = injecting([limit]);
    sop.observe({ faultInjected: (context, injector) => told.push([context.route, injector]) } satisfies Observer);
    const calls: unknown[] = [];
    const middleware = sop.middleware("rate-limit", (next: () => void) => {
      calls.push("called");
      next();
    });
    const context = admitted({ "x-debug-fail": "true" });
    expect(() => life.run(context, middleware, () => calls.push("next"))).toThrow(
      expect.objectContaining({ code: "SOP_INJECTED" }),
    );
    expect(calls).toEqual([]);
    expect(replies(context)).toEqual([
      {
        status: 429,
        headers: { "content-type": "application/json", "cache-control": "no-store", "x-sop-fault": "rate-limit" },
        body: '{"error":"rate_limit_exceeded"}',
      },
    ]);
    expect(sop.metrics().refused).toEqual({ injected: 1 });
    expect(sop.metrics().panics).toEqual({});
    expect(told).toEqual([["/items/:id", limit]]);
    expect(log.lines.at(-1)).toMatchObject({
      level: "warn",
      message: "fault injected",
      fields: { fault: "rate-limit", mode: "fail-fast", route: "/items/:id" },
    });
  });

  it("is no panic where a framework hands its error on: the answer is the injector's", () => {
    const { sop, life, admitted } = injecting([{ middleware: "auth", mode: "fail-fast" }]);
    const context = admitted();
    const error = caught(() =>
      life.run(
        context,
        sop.middleware("auth", () => {}),
      ),
    );
    const reply = life.fail(context, error);
    expect(reply).toMatchObject({ status: 503, headers: { "x-sop-fault": "auth" } });
    expect(JSON.parse(reply?.body ?? "")).toMatchObject({ code: "SOP_INJECTED", status: 503 });
    expect(sop.metrics().refused).toEqual({ injected: 1 });
  });

  it("is a rejection where the middleware is async", async () => {
    const { sop, life, admitted } = injecting([{ middleware: "auth", mode: "fail-fast" }]);
    const rejected = life.run(
      admitted(),
      sop.middleware("auth", async () => {}),
    );
    await expect(rejected).rejects.toMatchObject({ code: "SOP_INJECTED" });
  });

  it("says plain text of what is no JSON", () => {
    const response = { status: 200, body: "not json" };
    const { sop, life, admitted, replies } = injecting([{ middleware: "auth", mode: "fail-fast", response }]);
    const context = admitted();
    caught(() =>
      life.run(
        context,
        sop.middleware("auth", () => {}),
      ),
    );
    expect(replies(context)[0]?.headers["content-type"]).toBe("text/plain; charset=utf-8");
  });

  it("lets requests through for which the trigger does not hold, and code outside of requests", () => {
    const { sop, life, admitted } = injecting([limit]);
    const middleware = sop.middleware("rate-limit", () => "passed");
    expect(life.run(admitted(), middleware)).toBe("passed");
    expect(life.run(admitted({ "x-debug-fail": "false" }), middleware)).toBe("passed");
    expect(middleware()).toBe("passed");
    expect(
      life.run(
        admitted({ "x-debug-fail": "true" }),
        sop.middleware("other", () => "passed"),
      ),
    ).toBe("passed");
  });

  it("leaves a request alone that was answered already", () => {
    const { sop, life, admitted } = injecting([{ middleware: "auth", mode: "fail-fast" }]);
    const context = admitted();
    life.close(context, 200, "finished");
    expect(
      life.run(
        context,
        sop.middleware("auth", () => "passed"),
      ),
    ).toBe("passed");
  });
});

describe("fault in a named middleware", () => {
  it("is a panic of that name, whose answer is marked where the framework's response can be", () => {
    const { sop, life, asyncContext } = injecting([{ middleware: "auth", mode: "fault" }]);
    const headers: Record<string, string> = {};
    const exchange = { setHeader: (name: string, value: string) => Object.assign(headers, { [name]: value }) };
    const context = life.open({ method: "GET", headers: {} }, exchange as never);
    asyncContext.current = context;
    life.admit(context);
    const error = caught(sop.middleware("auth", () => {}));
    expect(error).toMatchObject({ name: "InjectedFault", message: "injected into auth" });
    expect(JSON.parse(life.fail(context, error)?.body ?? "")).toMatchObject({ code: "SOP_PANIC" });
    expect(sop.metrics().panics).toEqual({ auth: 1 });
    expect(headers).toEqual({ "x-sop-fault": "auth" });
  });
});

describe("abort in a named middleware", () => {
  it("cuts the connection, and the request is counted as injected", () => {
    const { sop, life } = injecting([{ middleware: "auth", mode: "abort" }]);
    const cuts: string[] = [];
    const context = life.open({ method: "GET", headers: {} }, {
      replies: [],
      destroy: () => cuts.push("cut"),
    } as never);
    life.admit(context);
    caught(() =>
      life.run(
        context,
        sop.middleware("auth", () => {}),
      ),
    );
    life.close(context, 200, "aborted");
    expect(cuts).toEqual(["cut"]);
    expect(sop.metrics()).toMatchObject({
      refused: { injected: 1 },
      canceled: { canceled: 0 },
      requests: [{ status: "503", count: 1 }],
    });
  });
});

describe("delay in a named middleware", () => {
  it("begins later what is told by its third parameter to go on, and returns nothing", async () => {
    const { sop, life, clock, admitted } = injecting([slow]);
    const calls: unknown[] = [];
    const middleware = sop.middleware("timeout", (_req: unknown, _res: unknown, next: () => void) => {
      calls.push("called");
      next();
    });
    expect(middleware.length).toBe(3);
    expect(life.run(admitted(), middleware, {}, {}, () => calls.push("next"))).toBeUndefined();
    clock.advance(3_499);
    await settled();
    expect(calls).toEqual([]);
    clock.advance(1);
    await settled();
    expect(calls).toEqual(["called", "next"]);
  });

  it("tells the caller's last parameter what the middleware then throws", async () => {
    const { sop, life, clock, admitted } = injecting([slow]);
    const told: unknown[] = [];
    const middleware = sop.middleware("timeout", (_req: unknown, _res: unknown, _next: (error?: unknown) => void) => {
      throw new Error("broken");
    });
    const context = admitted();
    life.run(context, middleware, {}, {}, (error) => void told.push(error));
    clock.advance(3_500);
    await settled();
    expect(told).toEqual([new Error("broken")]);
    life.fail(context, told[0]);
    expect(sop.metrics().panics).toEqual({ timeout: 1 });
  });

  it.each([
    ["an async function", async (value: string) => value],
    ["a function that gives a promise", (value: string) => Promise.resolve(value)],
    ["a middleware of two parameters", (value: string, next: () => string) => `${value}${next()}`],
  ])("delays the result of %s", async (_, fn) => {
    const { sop, life, clock, admitted } = injecting([slow]);
    let result: unknown;
    void Promise.resolve(
      life.run(
        admitted(),
        sop.middleware("timeout", fn as () => unknown),
        ...(["a", () => ""].slice(0, fn.length) as []),
      ),
    ).then((value) => {
      result = value;
    });
    await settled();
    clock.advance(3_499);
    await settled();
    expect(result).toBeUndefined();
    clock.advance(1);
    await settled();
    expect(result).toBe("a");
  });

  it("leaves the result of a plain function what it is", () => {
    const { sop, life, admitted } = injecting([slow]);
    expect(
      life.run(
        admitted(),
        sop.middleware("timeout", () => 7),
      ),
    ).toBe(7);
  });

  it("ends with the request's deadline, and the middleware is not called", async () => {
    const { sop, life, clock, admitted, replies } = injecting([slow], { deadline: { default: "1s" } });
    const calls: unknown[] = [];
    const context = admitted();
    life.run(
      context,
      sop.middleware("timeout", async (_req: unknown, next: () => void) => next()),
      {},
      () => calls.push("next"),
    );
    const awaited = expect(
      life.run(
        context,
        sop.middleware("timeout", async () => calls.push("called")),
      ),
    ).rejects.toMatchObject({
      code: "SOP_DEADLINE",
    });
    clock.advance(1_010);
    await awaited;
    clock.advance(10_000);
    await settled();
    expect(calls).toEqual([]);
    expect(replies(context)).toMatchObject([{ status: 504 }]);
    expect(clock.pending).toBe(0);
  });

  it("ends where the client leaves", async () => {
    const { sop, life, clock, admitted } = injecting([slow]);
    const calls: unknown[] = [];
    const context = admitted();
    const awaited = expect(
      life.run(
        context,
        sop.middleware("timeout", async () => calls.push("called")),
      ),
    ).rejects.toMatchObject({
      code: "SOP_CANCELED",
    });
    life.close(context, 200, "aborted");
    await awaited;
    expect(calls).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});

function caught(fn: () => unknown): unknown {
  try {
    return fn();
  } catch (error) {
    return error;
  }
}
