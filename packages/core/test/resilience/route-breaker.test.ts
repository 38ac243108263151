import { type BreakerOptions, OptionError, type RequestContext, type RouteBreaker, routeBreaker } from "@sop/core";
import { describe, expect, test } from "vitest";
import { type Bench, bench } from "../support/fake.ts";

const once: BreakerOptions = { consecutiveFailuresThreshold: 1, waitDurationInOpenState: "1h" };

function problems(given: RouteBreaker): string {
  try {
    routeBreaker(given);
  } catch (error) {
    if (error instanceof OptionError) return error.message;
    throw error;
  }
  return "";
}

/** A request up to its handler, guarded by breakers of these names. */
function enter({ sop, life, open }: Bench, ...names: string[]): RequestContext {
  const context = open({ traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" });
  life.admit(context);
  for (const name of names) life.guard(context, sop.breaker(name, once));
  return context;
}

describe("what a route says of its breaker", () => {
  const route = { method: "GET", route: "/items/:id" };

  test("gives it one of its own, named after the route, with the options that `breakers` has for that name", () => {
    const { sop } = bench({ breakers: { "GET /items/:id": once } });
    const breaker = routeBreaker(true)(sop, route);
    expect(breaker.name).toBe("GET /items/:id");
    breaker.tryAcquire();
    expect(sop.breakers()).toEqual([breaker]);
  });

  test("gives HEAD the breaker of GET", () => {
    const { sop } = bench();
    const find = routeBreaker({});
    expect(find(sop, { ...route, method: "HEAD" })).toBe(find(sop, route));
    expect(find(sop, { ...route, method: "POST" }).name).toBe("POST /items/:id");
  });

  test("may be a name that several routes share", () => {
    const { sop } = bench();
    const find = routeBreaker("catalog");
    expect(find(sop, route)).toBe(sop.breaker("catalog"));
    expect(find(sop, { method: "GET", route: "unmatched" }).name).toBe("catalog");
  });

  test.each<[unknown, string]>([
    [7, "breaker: got 7, expected true, the name of a breaker, or an object of its options"],
    [null, "breaker: got null, expected an object"],
    [" ", 'breaker: got " ", expected a non-empty string'],
    [{ failureRateThreshold: 2, window: 1 }, "breaker.window: got 1, expected no such option"],
    [{ failureRateThreshold: 2, window: 1 }, "breaker.failureRateThreshold: got 2, expected a ratio"],
  ])("that is wrong is named at once: %j", (given, message) => {
    expect(problems(given as RouteBreaker)).toContain(message);
  });

  test("needs a name where no route is known", () => {
    const { sop } = bench();
    expect(() => routeBreaker(true)(sop, { method: "GET", route: "unmatched" })).toThrow("expected a name");
    expect(sop.breakers()).toEqual([]);
  });
});

describe("a route with two breakers", () => {
  test("tells both how its requests end", () => {
    const b = bench();
    const context = enter(b, "router", "route");
    b.life.close(context, 200, "finished");
    for (const breaker of b.sop.breakers()) expect(breaker.metrics().calls).toMatchObject({ successful: 1 });
  });

  test("that is refused by one says nothing to the other, whatever its status is", () => {
    const b = bench();
    b.sop.breaker("route").forceOpen();
    const context = enter(b, "router", "route");
    b.life.close(context, 503, "finished");
    expect(b.sop.breaker("router").metrics()).toMatchObject({ state: "closed", calls: { ignored: 1, failed: 0 } });
  });
});

describe("the breaker of a route", () => {
  test("does not count a refusal of a dependency's breaker as a failure", () => {
    const b = bench();
    const context = enter(b, "route");
    b.sop.breaker("redis").forceOpen();
    b.life.fail(context, b.sop.breaker("redis").tryAcquire());
    b.life.close(context, 503, "finished");
    expect(b.sop.breaker("route").metrics()).toMatchObject({ state: "closed", calls: { ignored: 1, failed: 0 } });
  });

  test("keeps the trace of a request that failed, and its status where nothing was thrown", () => {
    const b = bench();
    b.life.close(enter(b, "route"), 502, "finished");
    expect(b.sop.breaker("route").failures()).toMatchObject([
      { message: "status 502", traceId: "4bf92f3577b34da6a3ce929d0e0e4736" },
    ]);
  });
});
