/** Defects that were reproduced in other breakers, each as a promise of this one. */
import { createSop } from "@sop/core";
import { afterEach, describe, expect, test, vi } from "vitest";
import { bench, FakeClock } from "../support/fake.ts";
import { boom, breakerBench, fail, outcome, succeed } from "./support.ts";

const HOUR = 3_600_000;

afterEach(() => void vi.unstubAllGlobals());

describe("a window of time", () => {
  test("has forgotten all after an idle hour, not one slice of it a call", async () => {
    const { breaker, calls, clock } = breakerBench({
      slidingWindowType: "time",
      slidingWindowSize: 30,
      minimumNumberOfCalls: 15,
    });
    await calls("f".repeat(14));
    clock.advance(HOUR);
    await calls("f");
    expect(breaker.metrics()).toMatchObject({ state: "closed", buffered: 1 });
  });
});

describe("a probe that hangs", () => {
  test("wedges nothing: others are refused at once, and when its time is over the breaker opens and probes again", async () => {
    const { breaker, calls, clock } = breakerBench({
      consecutiveFailuresThreshold: 1,
      waitDurationInOpenState: 1_000,
      permittedNumberOfCallsInHalfOpenState: 1,
      maxWaitDurationInHalfOpenState: 5_000,
    });
    await calls("f");
    clock.advance(1_000);
    void breaker.execute(() => new Promise(() => {}));
    expect(await calls("sss")).toEqual(["SOP_BREAKER_OPEN", "SOP_BREAKER_OPEN", "SOP_BREAKER_OPEN"]);
    clock.advance(5_000);
    expect(breaker.state).toBe("open");
    clock.advance(1_000);
    expect(await calls("s")).toEqual(["ok"]);
    expect(breaker.state).toBe("closed");
  });

  test("and answers late, decides nothing any more", async () => {
    const { breaker, calls, clock } = breakerBench({
      consecutiveFailuresThreshold: 1,
      waitDurationInOpenState: 1_000,
      permittedNumberOfCallsInHalfOpenState: 1,
      maxWaitDurationInHalfOpenState: 5_000,
    });
    await calls("f");
    clock.advance(1_000);
    let answer: () => void = () => {};
    const late = breaker.execute(() => new Promise<void>((resolve) => (answer = resolve)));
    clock.advance(5_000);
    expect(breaker.state).toBe("open");
    answer();
    await late;
    expect(breaker.state).toBe("open");
  });
});

describe("a breaker that is open for a while", () => {
  test("counts its time from its opening, whenever it was made", async () => {
    const { breaker, calls, clock } = breakerBench({
      consecutiveFailuresThreshold: 1,
      waitDurationInOpenState: 10_000,
    });
    clock.advance(HOUR);
    await calls("f");
    clock.advance(9_999);
    expect(breaker.state).toBe("open");
  });
});

describe("a failing call", () => {
  test.each([10, 1_000, 100_000])("touches as little of a window of %i calls as of any other", async (size) => {
    const touched = countTouches();
    const { breaker } = breakerBench({ slidingWindowSize: size, minimumNumberOfCalls: size });
    breaker.metricsOnly();
    for (let i = 0; i < size; i++) await breaker.execute(succeed);
    const before = touched.count;
    for (let i = 0; i < 100; i++) await outcome(breaker.execute(fail));
    expect((touched.count - before) / 100).toBe(2);
  });
});

/** Counts what is read and written of the windows that are made from now on. */
function countTouches(): { readonly count: number } {
  const touches = { count: 0 };
  const Real = Uint8Array;
  const get = (cells: Uint8Array, at: string): unknown => {
    touches.count++;
    return Reflect.get(cells, at);
  };
  const set = (cells: Uint8Array, at: string, value: number): boolean => {
    touches.count++;
    return Reflect.set(cells, at, value);
  };
  const construct = (_Real: typeof Uint8Array, [size]: [number]): Uint8Array => new Proxy(new Real(size), { get, set });
  vi.stubGlobal("Uint8Array", new Proxy(Real, { construct }));
  return touches;
}

describe("the bound on breakers", () => {
  test("refuses one more by a clear error, and evicts none that lives", async () => {
    const { sop } = bench({ maxBreakers: 2 });
    const first = sop.breaker("a", { consecutiveFailuresThreshold: 1 });
    sop.breaker("b");
    await outcome(first.execute(fail));
    expect(() => sop.breaker("c")).toThrow('no room for the breaker "c": there are 2 already, which is maxBreakers');
    expect(sop.breaker("a")).toBe(first);
    expect([first.state, sop.breakers().length]).toEqual(["open", 2]);
  });
});

describe("ten thousand idle breakers", () => {
  test("start no timer, in whatever state they are", async () => {
    const clock = new FakeClock();
    const sop = createSop({ service: "test", logLevel: "silent", maxBreakers: 10_000, ports: { clock } });
    for (let i = 0; i < 10_000; i++) {
      const breaker = sop.breaker(`breaker ${i}`, { consecutiveFailuresThreshold: 1, slidingWindowType: "time" });
      if (i % 3 === 0) await outcome(breaker.execute(fail));
      if (i % 3 === 1) await breaker.execute(succeed);
    }
    expect(clock.pending).toBe(0);
    sop.dispose();
  });
});

describe("a half-open breaker", () => {
  test("has several permits and a ratio: one failed probe of many does not open it", async () => {
    const { breaker, calls, clock } = breakerBench({
      consecutiveFailuresThreshold: 1,
      waitDurationInOpenState: 1_000,
      permittedNumberOfCallsInHalfOpenState: 5,
      halfOpenFailureRateThreshold: 0.4,
    });
    await calls("f");
    clock.advance(1_000);
    await calls("fsss");
    expect(breaker.state).toBe("half_open");
    await calls("s");
    expect(breaker.state).toBe("closed");
  });
});

describe("metrics", () => {
  test("show a breaker's state from the start, before its first call", () => {
    const { sop } = bench();
    sop.breaker("redis");
    expect(sop.metrics().breakers).toEqual([
      {
        name: "redis",
        window: { type: "count", size: 100 },
        state: "closed",
        failureRate: undefined,
        slowCallRate: undefined,
        buffered: 0,
        retryAfter: undefined,
        calls: { successful: 0, failed: 0, ignored: 0, not_permitted: 0 },
      },
    ]);
  });
});

describe("a low number of calls", () => {
  test("trips nothing: two failures in an hour are no reason", async () => {
    const { breaker, calls, clock } = breakerBench();
    await calls("f");
    clock.advance(HOUR);
    await calls("f");
    expect(breaker.state).toBe("closed");
  });
});

test("an error that was thrown is the caller's own, never wrapped", async () => {
  await expect(breakerBench().breaker.execute(fail)).rejects.toBe(boom);
});
