import { adaptiveLimit, SopError } from "@sop/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Aimd } from "../../src/resilience/limit/aimd.ts";
import { Gradient2 } from "../../src/resilience/limit/gradient2.ts";
import { Limiter, type LimitOutcome } from "../../src/resilience/limit/limiter.ts";
import { FakeClock } from "../support/fake.ts";
import { JumpingClock, Manual, turn, watch } from "./calls.ts";

const bounds = { min: 4, max: 200, initial: 20 };

/** Feeds windows in each of which the whole limit was used and calls took `rtt` milliseconds. */
function feed(algorithm: Gradient2 | Aimd, windows: number, rtt: number, isDropped = false): number {
  for (let i = 0; i < windows; i++) algorithm.update({ rtt, inFlight: Math.floor(algorithm.limit), isDropped });
  return algorithm.limit;
}

describe("Gradient2", () => {
  test("grows by a fifth of its queue of 4 a window while durations stay as they are", () => {
    expect(feed(new Gradient2(bounds), 1, 10)).toBeCloseTo(20.8);
    expect(feed(new Gradient2(bounds), 500, 10)).toBe(200);
  });

  test("sinks where calls take longer than one and a half times as long as usual", () => {
    const algorithm = new Gradient2(bounds);
    const before = feed(algorithm, 50, 10);
    const after = feed(algorithm, 1, 40);
    // The long average has moved a little: (10 + 30 * 2 / 601) * 1.5 / 40 is below the steepest descent of a half.
    expect(after).toBeCloseTo(before * 0.8 + (before * 0.5 + 4) * 0.2, 6);
    expect(feed(algorithm, 50, 40)).toBeLessThan(12);
  });

  test("sinks where calls are dropped, though they leave no duration", () => {
    const algorithm = new Gradient2(bounds);
    feed(algorithm, 20, 10);
    expect(feed(algorithm, 30, 0, true)).toBeLessThan(12);
    expect(algorithm.minRtt).toBeCloseTo(10);
  });

  test("comes back within 20 windows after a long overload has spoilt its average", () => {
    const algorithm = new Gradient2(bounds);
    feed(algorithm, 50, 10);
    feed(algorithm, 2_000, 200);
    expect(algorithm.minRtt).toBeGreaterThan(100);
    feed(algorithm, 60, 10);
    expect(algorithm.minRtt).toBeLessThan(25);
  });

  test("does not grow while less than half of it is used", () => {
    const algorithm = new Gradient2(bounds);
    for (let i = 0; i < 100; i++) algorithm.update({ rtt: 10, inFlight: 9, isDropped: false });
    expect(algorithm.limit).toBe(20);
  });
});

describe("AIMD", () => {
  test("grows by one a window, and sinks by a tenth where calls are too slow or dropped", () => {
    const algorithm = new Aimd(bounds, 100);
    expect(feed(algorithm, 5, 50)).toBe(25);
    expect(feed(algorithm, 1, 100)).toBe(22.5);
    expect(feed(algorithm, 1, 0, true)).toBe(20.25);
    expect(feed(algorithm, 100, 100)).toBe(4);
  });
});

test("whatever is measured, a limit stays within its bounds and no more calls are let in", () => {
  const step = fc.record({
    acquire: fc.nat(30),
    release: fc.nat(30),
    outcome: fc.constantFrom<LimitOutcome>("success", "dropped", "ignored"),
    duration: fc.double({ min: -1_000, max: 1e9, noNaN: true }),
    wait: fc.integer({ min: -5_000, max: 5_000 }),
  });
  const range = fc
    .tuple(fc.integer({ min: 1, max: 50 }), fc.nat(50), fc.nat(50))
    .map(([min, a, b]) => ({ min, initial: min + a, max: min + a + b }));
  fc.assert(
    fc.property(range, fc.boolean(), fc.array(step, { maxLength: 60 }), (within, gradient, steps) => {
      const limiter = new Limiter(gradient ? new Gradient2(within) : new Aimd(within, 100), 250);
      let now = 0;
      for (const { acquire, release, outcome, duration, wait } of steps) {
        for (let i = 0; i < acquire; i++) {
          const before = limiter.inFlight;
          expect(limiter.tryAcquire()).toBe(before < limiter.limit);
        }
        now += wait;
        for (let i = 0; i < release && limiter.inFlight > 0; i++) limiter.release(outcome, duration, now);
        expect(limiter.limit).toBeGreaterThanOrEqual(within.min);
        expect(limiter.limit).toBeLessThanOrEqual(within.max);
      }
    }),
  );
});

describe("an adaptive limit", () => {
  test("refuses what is above it with SOP_OVERLOAD and a time to wait", async () => {
    const policy = adaptiveLimit({ min: 1, initial: 1, retryAfter: 500, clock: new FakeClock() });
    const manual = new Manual();
    watch(policy.execute(manual.task));
    const refused = watch(policy.execute(manual.task));
    await turn();
    expect(refused.error).toMatchObject({ code: "SOP_OVERLOAD", retryAfter: 500, policy: "adaptive_limit" });
    expect(policy).toMatchObject({ active: 1, refusals: 1 });
    manual.calls[0]?.resolve(1);
    await turn();
    expect(policy.active).toBe(0);
  });

  test("shows its state in Envoy's terms", async () => {
    const clock = new FakeClock();
    const policy = adaptiveLimit({ window: 100, clock });
    expect(policy.state).toEqual({ concurrency_limit: 20, min_rtt: 0, sample_rtt: 0, burst_queue_size: 4 });
    for (let i = 0; i < 12; i++) {
      const manual = new Manual();
      watch(policy.execute(manual.task));
      clock.advance(12);
      manual.calls[0]?.resolve(1);
      await turn();
    }
    expect(policy.state).toMatchObject({ min_rtt: 12, sample_rtt: 12 });
  });

  test.each([
    ["a timeout further down", new SopError("SOP_TIMEOUT", "late"), true],
    ["an answer of 503", { status: 503 }, true],
    ["an answer of 429", { statusCode: 429 }, true],
    ["a failure that came at once", new Error("no"), false],
    ["an answer of 404", { status: 404 }, false],
  ])("sinks after %s: %s %s", async (_, error, sinks) => {
    const clock = new FakeClock();
    const policy = adaptiveLimit({ window: 1, clock });
    for (let i = 0; i < 100; i++) {
      clock.advance(1);
      await policy.execute(() => Promise.reject(error)).catch(() => {});
    }
    expect(policy.state.concurrency_limit < 20).toBe(sinks);
  });

  test("takes a call that its caller gave up for nothing, and one that ran out of time for too slow", async () => {
    for (const [reason, sinks] of [
      [new Error("left"), false],
      [new SopError("SOP_DEADLINE", "late"), true],
    ] as const) {
      const clock = new FakeClock();
      const policy = adaptiveLimit({ window: 1, clock });
      for (let i = 0; i < 100; i++) {
        clock.advance(1);
        const controller = new AbortController();
        watch(policy.execute(() => new Promise(() => {}), { signal: controller.signal }));
        controller.abort(reason);
      }
      expect(policy.active).toBe(0);
      expect(policy.state.concurrency_limit < 20).toBe(sinks);
    }
  });

  test("counts a duration below nothing, of a clock that went back, as none", () => {
    const limiter = new Limiter(new Gradient2(bounds), 100);
    for (let i = 0; i < 10; i++) limiter.tryAcquire();
    for (let i = 0; i < 9; i++) limiter.release("success", 20, 50);
    limiter.release("success", -5_000, 200);
    expect(limiter.state.sample_rtt).toBe(18);
  });

  test("goes on with a clock that went back an hour", async () => {
    const clock = new JumpingClock();
    const policy = adaptiveLimit({ window: 10, clock });
    clock.jumped = 3_600_000;
    await policy.execute(async () => 1);
    clock.jumped = 0;
    for (let i = 0; i < 20; i++) {
      clock.advance(1);
      await policy.execute(async () => 1);
    }
    expect(policy.state.min_rtt).toBeGreaterThan(0);
  });
});

test.each([
  [{ min: 10, max: 5 }, "max: got 5, expected a whole number of 10 to"],
  [{ min: 10, initial: 5 }, "initial: got 5, expected a whole number of 10 to 200"],
  [{ algorithm: "vegas" }, 'algorithm: got "vegas", expected one of "gradient2", "aimd"'],
])("adaptiveLimit(%j) is refused: %s", (options, message) => {
  expect(() => adaptiveLimit(options as never)).toThrow(message);
});
