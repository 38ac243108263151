import type { CircuitBreaker } from "@sop/core";
import { describe, expect, it } from "vitest";
import { type Scene, scene } from "./support.ts";

const SNAPSHOT = "POST /debug/mw/circuit-breaker/snapshot";

async function call(breaker: CircuitBreaker, good: number, bad: number, error: unknown = new Error("down")) {
  for (let i = 0; i < good; i++) await breaker.execute(async () => "ok");
  for (let i = 0; i < bad; i++) await breaker.execute(() => Promise.reject(error)).catch(() => {});
}

/** Lets time pass as the plane does: it renews what it knows every two seconds. */
function pass({ clock, ask }: Scene, seconds: number): void {
  for (let i = 0; i < seconds; i += 2) {
    clock.advance(2_000);
    ask("GET /debug/mw/circuit-breakers");
  }
}

describe("the snapshot of breakers", () => {
  it("has state, failure rate of the last minute, calls by kind, and the last ten failures with stack and trace", async () => {
    const bench = scene();
    const { sop, ask } = bench;
    const redis = sop.breaker("redis", { minimumNumberOfCalls: 100 });
    sop.breaker("calm");
    await call(redis, 3, 1);
    const life = sop.lifecycle<undefined>({ name: "test", route: () => "/", respond: () => {} });
    const context = life.open({ method: "GET", headers: {} }, undefined, "127.0.0.1");
    await life.run(context, () => call(redis, 0, 12, new TypeError("no such host")));
    redis.forceOpen();
    await redis.execute(async () => 1).catch(() => {});
    const { status, json } = ask(SNAPSHOT, { format: "json" });
    expect(status).toBe(200);
    expect(json).toMatchObject({ live: true, asOf: new Date(bench.clock.now()).toISOString(), total: 2 });
    const [first, second] = json.breakers;
    expect(first).toMatchObject({
      name: "redis",
      state: "forced_open",
      failureRate60s: 13 / 16,
      calls: { successful: 3, failed: 13, ignored: 0, not_permitted: 1 },
      window: { type: "count", size: 100 },
    });
    expect(first.failures).toHaveLength(10);
    expect(first.failures[0]).toMatchObject({ type: "TypeError", message: "no such host", traceId: context.traceId });
    expect(first.failures[0].stack).toContain("breakers.test.ts");
    expect(second).toMatchObject({ name: "calm", state: "closed", failures: [] });
    expect(second).not.toHaveProperty("failureRate60s");
  });

  it("counts the last 60 seconds, whatever the breaker's own window is", async () => {
    const bench = scene();
    const redis = bench.sop.breaker("redis", { slidingWindowType: "time", slidingWindowSize: 3_600 });
    const rate = () => bench.ask(SNAPSHOT, {}).json.breakers[0];
    await call(redis, 0, 10);
    pass(bench, 40);
    await call(redis, 30, 0);
    expect(rate()).toMatchObject({ failureRate60s: 0.25, lastMinute: { successful: 30, failed: 10 } });
    expect(rate().window.failureRate).toBe(0.25);
    pass(bench, 24);
    expect(rate()).toMatchObject({ failureRate60s: 0, lastMinute: { successful: 30, failed: 0 } });
    expect(rate().lastMinute.over).toBeGreaterThanOrEqual(60_000);
    expect(rate().lastMinute.over).toBeLessThan(62_001);
    expect(rate().window.failureRate).toBe(0.25);
    pass(bench, 60);
    expect(rate().lastMinute).toMatchObject({ successful: 0, failed: 0 });
    expect(rate()).not.toHaveProperty("failureRate60s");
  });

  it("says over how long it counted: less after the start, more where the process was blocked", async () => {
    const bench = scene();
    const redis = bench.sop.breaker("redis");
    await call(redis, 0, 2);
    bench.clock.advance(5_000);
    expect(bench.ask(SNAPSHOT, {}).json.breakers[0].lastMinute).toMatchObject({ failed: 2, over: 5_000 });
    bench.clock.advance(100_000);
    await call(redis, 1, 0);
    expect(bench.ask(SNAPSHOT, {}).json.breakers[0].lastMinute).toMatchObject({ successful: 1, over: 100_000 });
  });

  it("begins anew with a breaker that was reset", async () => {
    const bench = scene();
    const redis = bench.sop.breaker("redis");
    await call(redis, 0, 8);
    pass(bench, 4);
    redis.reset();
    await call(redis, 3, 1);
    expect(bench.ask(SNAPSHOT, {}).json.breakers[0].lastMinute).toMatchObject({ successful: 3, failed: 1 });
  });

  it("has no secret in it that can be told by its form or name", async () => {
    const { sop, ask } = scene();
    const error = new Error("GET https://bob:hunter2@db/x?token=t0p failed, password=hunter3");
    error.stack = `Error: Bearer abcdefgh12345678\n    at connect (/app/db.js:1:1)`;
    await call(sop.breaker("db"), 0, 1, error);
    const text = JSON.stringify(ask(SNAPSHOT, {}).json);
    expect(text).toContain("***");
    for (const secret of ["hunter2", "hunter3", "t0p", "abcdefgh12345678"]) expect(text).not.toContain(secret);
  });

  it("can be of one breaker, and knows which there are", async () => {
    const { sop, ask } = scene();
    sop.breaker("a");
    await call(sop.breaker("b"), 0, 1);
    const { json } = ask(SNAPSHOT, { format: "json", name: "b" });
    expect(json.breakers).toMatchObject([{ name: "b", failures: [{ message: "down" }] }]);
    expect(ask(SNAPSHOT, { name: "c" })).toMatchObject({
      status: 404,
      problem: { detail: 'no breaker is called "c": there are "a", "b"' },
    });
  });

  it("is bounded, with a thousand breakers that fail with long stacks", async () => {
    const { sop, ask } = scene({ maxBreakers: 3_000 });
    const error = new Error("x".repeat(5_000));
    error.stack = "at somewhere\n".repeat(2_000);
    for (let i = 0; i < 1_500; i++) await call(sop.breaker(`b${i}`), 0, 2, error);
    sop.breaker("b1400").forceOpen();
    const { json } = ask(SNAPSHOT, {});
    expect(json.total).toBe(1_500);
    expect(json.breakers).toHaveLength(100);
    expect(json.breakers[0].name).toBe("b1400");
    expect(JSON.stringify(json).length).toBeLessThan(1_500_000);
    const list = ask("GET /debug/mw/circuit-breakers?limit=1000").json;
    expect(list.total).toBe(1_500);
    expect(list.breakers.slice(0, 2)).toMatchObject([{ name: "b1400" }, { name: "b0" }]);
    expect(list.breakers).toHaveLength(1_000);
  });

  it("has 250 failures at most, those of breakers that are not closed first", async () => {
    const { sop, ask } = scene();
    for (let i = 0; i < 50; i++) await call(sop.breaker(`b${i}`), 0, 10);
    for (const breaker of sop.breakers()) breaker.close();
    sop.breaker("b49").forceOpen();
    const rows: { name: string; failures: unknown[] }[] = ask(SNAPSHOT, {}).json.breakers;
    expect(rows.reduce((sum, { failures }) => sum + failures.length, 0)).toBe(250);
    expect(rows[0]).toMatchObject({ name: "b49", failures: { length: 10 } });
  });

  it("is told without failures while the main thread is blocked", async () => {
    const { sop, askBlocked } = scene();
    await call(sop.breaker("redis"), 0, 2);
    const { json } = askBlocked(SNAPSHOT, {});
    expect(json).toMatchObject({ live: false, breakers: [{ name: "redis", failureRate60s: 1 }] });
    expect(json.breakers[0]).not.toHaveProperty("failures");
  });
});

describe("breakers", () => {
  it("are listed, all or those in a state", () => {
    const { sop, ask } = scene();
    for (const name of ["a", "b", "c"]) sop.breaker(name);
    sop.breaker("b").forceOpen();
    const names = (query: string): string[] =>
      ask(`GET /debug/mw/circuit-breakers${query}`).json.breakers.map(({ name }: { name: string }) => name);
    expect(names("")).toEqual(["a", "b", "c"]);
    expect(names("?state=forced_open")).toEqual(["b"]);
    expect(names("?limit=1")).toEqual(["b"]);
  });

  it("are told one by one, with names that need encoding too", async () => {
    const { sop, ask, askBlocked } = scene();
    await call(sop.breaker("GET /items/:id é"), 0, 1);
    const path = `GET /debug/mw/circuit-breakers/${encodeURIComponent("GET /items/:id é")}`;
    expect(ask(path).json.breaker).toMatchObject({ name: "GET /items/:id é", failures: [{ message: "down" }] });
    expect(askBlocked(path).json).toMatchObject({ live: false, breaker: { name: "GET /items/:id é" } });
    expect(ask("GET /debug/mw/circuit-breakers/x").status).toBe(404);
    expect(askBlocked("GET /debug/mw/circuit-breakers/x").status).toBe(404);
  });

  it.each([
    ["force_open", "forced_open"],
    ["close", "closed"],
    ["disable", "disabled"],
    ["metrics_only", "metrics_only"],
    ["reset", "closed"],
  ])("do %s", (action, state) => {
    const { sop, ask } = scene();
    const breaker = sop.breaker("redis");
    if (state === "closed") breaker.forceOpen();
    const { json } = ask("POST /debug/mw/circuit-breakers/redis", { action });
    expect(json.breaker).toMatchObject({ name: "redis", state });
    expect(breaker.state).toBe(state);
  });

  it("that are not there are not made by asking", () => {
    const { sop, ask } = scene();
    expect(ask("POST /debug/mw/circuit-breakers/redis", { action: "close" })).toMatchObject({
      status: 404,
      problem: { detail: 'no breaker is called "redis": there are none yet' },
    });
    for (let i = 0; i < 50; i++) sop.breaker(`b${i}`);
    const { problem } = ask("POST /debug/mw/circuit-breakers/redis", { action: "close" });
    expect(problem?.detail).toMatch(/"b19", \.\.\.$/);
    expect(sop.breakers()).toHaveLength(50);
  });
});
