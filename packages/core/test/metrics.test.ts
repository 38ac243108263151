import { DURATION_BUCKETS } from "@sop/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RecentWindow } from "../src/metrics/recent-window.ts";
import { bench } from "./support/fake.ts";

function serve(b: ReturnType<typeof bench>, status: number, ms: number, options = {}): void {
  const context = b.open({}, options);
  b.clock.advance(ms);
  b.life.close(context, status, "finished");
}

describe("request series", () => {
  test("count a duration in the first bucket whose bound is not below it", () => {
    const b = bench();
    for (const ms of [1, 5, 5.5, 300, 10_000, 10_001]) serve(b, 200, ms);
    const [series] = b.sop.metrics().requests;
    const byBound = Object.fromEntries([...DURATION_BUCKETS, "+Inf"].map((bound, i) => [bound, series?.buckets[i]]));
    expect(byBound).toMatchObject({ 0.005: 2, 0.01: 1, 0.3: 1, 10: 1, "+Inf": 1 });
    expect(series?.count).toBe(6);
    expect(series?.sum).toBeCloseTo(20.3125, 3);
  });

  test("are bounded: what overflows is counted under other, and that is told once", () => {
    const b = bench({ metrics: { maxSeries: 10 } });
    for (let i = 0; i < 25; i++) serve(b, 200, 1, { route: `/r${i}` });
    serve(b, 500, 1, { route: "/r99" });
    serve(b, 200, 1, { route: "/r0" });
    const { requests } = b.sop.metrics();
    expect(requests.filter((series) => series.route !== "other")).toHaveLength(10);
    expect(requests.filter((series) => series.route === "other").map(({ status, count }) => [status, count])).toEqual([
      ["200", 15],
      ["500", 1],
    ]);
    expect(requests.reduce((sum, series) => sum + series.count, 0)).toBe(27);
    expect(b.log.lines.filter((line) => line.fields["metric"] === "http_requests_total")).toHaveLength(1);
  });

  test("know the methods of HTTP; a client's own is other", () => {
    const b = bench();
    serve(b, 200, 1, { method: "PATCH" });
    for (let i = 0; i < 50; i++) serve(b, 200, 1, { method: `X${i}` });
    expect(b.sop.metrics().requests.map(({ method, count }) => [method, count])).toEqual([
      ["PATCH", 1],
      ["other", 50],
    ]);
  });

  test.each([0, 99, 600, Number.NaN])("call the status %d other", (status) => {
    const b = bench();
    serve(b, status, 1);
    expect(b.sop.metrics().requests[0]?.status).toBe("other");
  });

  test("names of panics are bounded as well", () => {
    const b = bench();
    for (let i = 0; i < 500; i++) b.life.fail(b.open(), new Error("x"), `name-${i}`);
    const { panics } = b.sop.metrics();
    expect(Object.keys(panics)).toHaveLength(201);
    expect(panics["other"]).toBe(300);
  });
});

describe("golden signals", () => {
  test("are those of the window that ends now", () => {
    const b = bench();
    for (let i = 0; i < 90; i++) serve(b, 200, 10);
    for (let i = 0; i < 10; i++) serve(b, 500, 100);
    const signals = b.sop.signals();
    expect(signals).toMatchObject({ window: 60_000, requests: 100, errorRatio: 0.1, inFlight: 0 });
    expect(signals.rate).toBeCloseTo(100 / 60);
    expect(signals.p50).toBeCloseTo(10, -0.5);
    expect(Math.abs((signals.p99 ?? 0) / 100 - 1)).toBeLessThan(0.09);
  });

  test("compare the share of errors with the window before", () => {
    const b = bench();
    for (let i = 0; i < 10; i++) serve(b, i < 1 ? 500 : 200, 1);
    b.clock.advance(60_000);
    for (let i = 0; i < 10; i++) serve(b, i < 5 ? 500 : 200, 1);
    expect(b.sop.signals()).toMatchObject({ errorRatio: 0.5 });
    expect(b.sop.signals().errorRatioShift).toBeCloseTo(0.4);
  });

  test("are empty, not wrong, when nothing happened for long", () => {
    const b = bench();
    serve(b, 500, 1);
    b.clock.advance(600_000);
    expect(b.sop.signals()).toMatchObject({ requests: 0, p50: undefined, errorRatio: 0, errorRatioShift: 0 });
  });

  test("count panics and both kinds of cancellation", () => {
    const b = bench({ deadline: { default: 100 } });
    b.life.fail(b.open(), new Error("x"));
    b.life.close(b.open(), 200, "aborted");
    b.open();
    b.clock.advance(200);
    // A request that failed was answered for: its deadline is of no interest any more.
    expect(b.sop.signals().canceled).toEqual({ canceled: 1, deadline_exceeded: 1 });
    expect(b.sop.signals().panicRatio).toBe(1);
  });

  test("tell how many calls to other services a request makes", () => {
    const b = bench();
    for (let i = 0; i < 4; i++) serve(b, 200, 1);
    for (let i = 0; i < 6; i++) b.sop.outgoing.started({ host: "stock", key: "GET /", context: undefined });
    expect(b.sop.signals().outgoingRatio).toBe(1.5);
    b.clock.advance(600_000);
    expect(b.sop.signals().outgoingRatio).toBe(0);
  });

  test("a quantile is never more than 9 % off", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.1, max: 100_000, noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.constantFrom(0.5, 0.95, 0.99),
        (durations, q) => {
          const window = new RecentWindow(60_000);
          for (const ms of durations) window.record(1, ms, false);
          const sorted = durations.toSorted((a, b) => a - b);
          const exact = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] as number;
          const found = window.read(1, 0).quantile(q) as number;
          expect(Math.abs(found / exact - 1)).toBeLessThan(0.09);
        },
      ),
    );
  });
});
