import {
  type BreakerChange,
  bulkhead,
  type CircuitBreakerOptions,
  isRefusal,
  policy,
  type RefusedError,
  retry,
  timeout,
} from "@sop/core";
import { describe, expect, test, vi } from "vitest";
import { boom, breakerBench, deferred, fail, outcome, succeed } from "./support.ts";

const small: CircuitBreakerOptions = { slidingWindowSize: 4, minimumNumberOfCalls: 4 };
const one: CircuitBreakerOptions = { consecutiveFailuresThreshold: 1, waitDurationInOpenState: 1_000 };

describe("a closed breaker", () => {
  test("hands results and errors on as they are", async () => {
    const { breaker } = breakerBench();
    const value = { any: "thing" };
    expect(await breaker.execute(() => value)).toBe(value);
    await expect(breaker.execute(fail)).rejects.toBe(boom);
  });

  test("opens when the share of failures reaches the threshold, and not before there are enough calls", async () => {
    const { breaker, calls } = breakerBench(small);
    await calls("ffs");
    expect([breaker.state, breaker.metrics().failureRate]).toEqual(["closed", undefined]);
    await calls("s");
    expect([breaker.state, breaker.metrics().failureRate]).toEqual(["closed", 0.5]);
    await calls("f");
    expect(breaker.state).toBe("open");
  });

  test("forgets what has left its window", async () => {
    const { breaker, calls } = breakerBench(small);
    await calls("fssss");
    expect(breaker.metrics()).toMatchObject({ failureRate: 0, buffered: 4 });
  });

  test("opens at so many failures in a row, whatever the rates are", async () => {
    const { breaker, calls } = breakerBench({ consecutiveFailuresThreshold: 3 });
    await calls("ffsff");
    expect(breaker.state).toBe("closed");
    await calls("f");
    expect(breaker.state).toBe("open");
  });

  test("opens when the share of slow calls reaches the threshold, also if they succeed", async () => {
    const { breaker, clock } = breakerBench({ ...small, slowCallDurationThreshold: 100, slowCallRateThreshold: 0.5 });
    for (const ms of [99, 100, 10, 250]) {
      await breaker.execute(async () => clock.advance(ms));
    }
    expect(breaker.state).toBe("open");
  });

  test("counts a call that was begun before it opened by its kind only", async () => {
    const { breaker, calls } = breakerBench(one);
    const late = deferred();
    const running = breaker.execute(() => late.promise);
    await calls("f");
    late.reject(boom);
    await outcome(running);
    expect(breaker.metrics()).toMatchObject({ state: "open", calls: { failed: 2 } });
  });

  test("weighs failures by their class", async () => {
    const options = { ...small, errorWeight: (error: unknown) => (error === boom ? 0.5 : 2) };
    const { breaker, calls } = breakerBench(options);
    await calls("fsff");
    expect(breaker.metrics()).toMatchObject({ state: "closed", failureRate: 0.375 });
    await outcome(breaker.execute(() => Promise.reject(new Error("worse"))));
    expect(breaker.state).toBe("open");
  });

  test("counts an error that is none of its business as a success, and one that is ignored not at all", async () => {
    const { breaker } = breakerBench({
      recordError: (error) => (error as Error).message !== "not found",
      ignoreError: (error) => (error as Error).message === "gone",
    });
    await outcome(breaker.execute(() => Promise.reject(new Error("not found"))));
    await outcome(breaker.execute(() => Promise.reject(new Error("gone"))));
    expect(breaker.metrics()).toMatchObject({ buffered: 1, calls: { successful: 1, failed: 0, ignored: 1 } });
  });

  test("counts a returned value as a failure where it is told so", async () => {
    const recordResult = (value: unknown): boolean => (value as { status: number }).status >= 500;
    const { breaker } = breakerBench({ recordResult });
    expect(await breaker.execute(() => ({ status: 503 }))).toEqual({ status: 503 });
    expect(breaker.metrics().calls).toMatchObject({ successful: 0, failed: 1 });
  });

  test("is harmed by no function of the user's that throws", async () => {
    const broken = (): never => {
      throw new Error("not ours");
    };
    const { breaker } = breakerBench({
      ...one,
      ignoreError: broken,
      recordError: broken,
      errorWeight: broken,
      recordResult: broken,
      waitDurationInOpenState: broken,
    });
    breaker.on("success", broken);
    expect(await breaker.execute(succeed)).toBe("ok");
    await expect(breaker.execute(fail)).rejects.toBe(boom);
    expect(breaker.metrics()).toMatchObject({ state: "open", retryAfter: 10_000 });
  });
});

describe("an open breaker", () => {
  test("refuses without calling, and says when to come again", async () => {
    const { breaker, calls, clock } = breakerBench({ ...one, name: "redis" });
    await calls("f");
    clock.advance(300);
    const task = vi.fn(succeed);
    const error: unknown = await breaker.execute(task).catch((e: unknown) => e);
    expect(task).not.toHaveBeenCalled();
    expect(error).toBeInstanceOf(Error);
    expect(isRefusal(error)).toBe(true);
    const { code, status, policy, retryAfter, stack } = error as RefusedError;
    expect({ code, status, policy, retryAfter, stack }).toEqual({
      code: "SOP_BREAKER_OPEN",
      status: 503,
      policy: "redis",
      retryAfter: 700,
      stack: "the breaker is open",
    });
  });

  test("captures a stack where it is asked to", async () => {
    const { breaker, calls } = breakerBench({ ...one, refusalStack: true });
    await calls("f");
    const error = await breaker.execute(succeed).catch((e: Error) => e);
    expect((error as Error).stack).toContain("breaker.test.ts");
  });

  test("lets probes through when its time is over, and not a moment earlier", async () => {
    const { breaker, calls, clock } = breakerBench(one);
    await calls("f");
    clock.advance(999);
    expect(await calls("s")).toEqual(["SOP_BREAKER_OPEN"]);
    clock.advance(1);
    expect(breaker.state).toBe("half_open");
  });

  test("stays open longer each time it opens in a row, up to a limit, and starts anew once it was closed", async () => {
    const { breaker, calls, clock } = breakerBench({
      consecutiveFailuresThreshold: 1,
      permittedNumberOfCallsInHalfOpenState: 1,
      waitDurationInOpenState: { initial: 100, multiplier: 3, max: 500, jitter: 0 },
    });
    const waits: (number | undefined)[] = [];
    breaker.on("state_transition", ({ state, retryAfter }) => {
      if (state === "open") waits.push(retryAfter);
    });
    await calls("f");
    for (let i = 0; i < 3; i++) {
      clock.advance(500);
      await calls("f");
    }
    clock.advance(500);
    await calls("sf");
    expect(waits).toEqual([100, 300, 500, 500, 100]);
  });

  test("leaves a part of its time to chance", async () => {
    const waitDurationInOpenState = { initial: 1_000, jitter: 0.5 };
    const { breaker, calls } = breakerBench({ ...one, waitDurationInOpenState, random: () => 0.5 });
    await calls("f");
    expect(breaker.metrics().retryAfter).toBe(750);
  });

  test("asks a function how long to wait", async () => {
    const waitDurationInOpenState = vi.fn((openings: number) => openings * 10);
    const { breaker, calls } = breakerBench({ ...one, waitDurationInOpenState });
    await calls("f");
    expect([breaker.metrics().retryAfter, waitDurationInOpenState.mock.calls]).toEqual([10, [[1]]]);
  });
});

describe("a half-open breaker", () => {
  const probing = async (options: CircuitBreakerOptions = {}) => {
    const bench = breakerBench({ ...one, permittedNumberOfCallsInHalfOpenState: 4, ...options });
    await bench.calls("f");
    bench.clock.advance(1_000);
    return bench;
  };

  test("makes as many probes as it may at the same time, and refuses the others", async () => {
    const { breaker } = await probing();
    const gates = Array.from({ length: 4 }, () => deferred<string>());
    const probes = gates.map(({ promise }) => breaker.execute(() => promise));
    expect(await outcome(breaker.execute(succeed))).toBe("SOP_BREAKER_OPEN");
    for (const { resolve } of gates) resolve("ok");
    expect(await Promise.all(probes)).toEqual(["ok", "ok", "ok", "ok"]);
    expect(breaker.state).toBe("closed");
  });

  test("closes where fewer probes fail than the ratio allows, as soon as that is certain", async () => {
    const { breaker, calls } = await probing();
    await calls("fsss");
    expect(breaker.state).toBe("closed");
    const sooner = await probing();
    await sooner.calls("sss");
    expect(sooner.breaker.state).toBe("closed");
  });

  test("opens again where too many fail, as soon as that is certain", async () => {
    const { breaker, calls } = await probing();
    await calls("sff");
    expect(breaker.state).toBe("open");
  });

  test("takes a ratio of its own", async () => {
    const { breaker, calls } = await probing({ halfOpenFailureRateThreshold: 0.25 });
    await calls("f");
    expect(breaker.state).toBe("open");
  });

  test("gives the place of an ignored probe to another", async () => {
    const { breaker, calls } = await probing({
      permittedNumberOfCallsInHalfOpenState: 1,
      ignoreError: (error) => error === "ignored",
    });
    await outcome(breaker.execute(() => Promise.reject("ignored")));
    expect(breaker.state).toBe("half_open");
    await calls("s");
    expect(breaker.state).toBe("closed");
  });

  test("opens again where the probes are slow", async () => {
    const { breaker, clock } = await probing({ slowCallDurationThreshold: 100, slowCallRateThreshold: 0.5 });
    for (let i = 0; i < 2; i++) await breaker.execute(async () => clock.advance(100));
    expect(breaker.state).toBe("open");
  });
});

describe("closing step by step", () => {
  test("lets a rising share through, evenly spread, and then all", async () => {
    const { breaker, calls, clock } = breakerBench({
      ...one,
      permittedNumberOfCallsInHalfOpenState: 1,
      recloseDuration: 1_000,
    });
    await calls("f");
    clock.advance(1_000);
    await calls("s");
    expect(breaker.state).toBe("closed");
    const passed = async (): Promise<number> => (await calls("s".repeat(20))).filter((r) => r === "ok").length;
    expect(await passed()).toBe(2);
    clock.advance(500);
    // 0.55 of 20, and what was left over before.
    expect(await passed()).toBe(12);
    clock.advance(500);
    expect(await passed()).toBe(20);
  });

  test("opens for longer where it fails on the way", async () => {
    const { breaker, calls, clock } = breakerBench({
      consecutiveFailuresThreshold: 1,
      permittedNumberOfCallsInHalfOpenState: 1,
      recloseDuration: 1_000,
      waitDurationInOpenState: { initial: 100, jitter: 0 },
    });
    await calls("f");
    clock.advance(100);
    await calls("sf");
    expect(breaker.metrics()).toMatchObject({ state: "open", retryAfter: 200 });
  });
});

describe("states by somebody's word", () => {
  test("forced open refuses until it is closed", async () => {
    const { breaker, calls, clock } = breakerBench();
    breaker.forceOpen();
    clock.advance(86_400_000);
    expect(await calls("s")).toEqual(["SOP_BREAKER_OPEN"]);
    breaker.close();
    expect(await calls("s")).toEqual(["ok"]);
  });

  test("disabled lets all through and counts nothing", async () => {
    const { breaker, calls } = breakerBench(one);
    breaker.disable();
    expect(await calls("ffs")).toEqual(["boom", "boom", "ok"]);
    expect(breaker.metrics()).toMatchObject({ state: "disabled", buffered: 0, calls: { failed: 0, successful: 0 } });
  });

  test("metrics only counts, says what is exceeded, and never opens", async () => {
    const { breaker, calls } = breakerBench({ ...small, consecutiveFailuresThreshold: 1 });
    const exceeded = vi.fn();
    breaker.on("failure_rate_exceeded", exceeded);
    breaker.metricsOnly();
    await calls("ffff");
    expect(breaker.metrics()).toMatchObject({ state: "metrics_only", failureRate: 1 });
    expect(exceeded).toHaveBeenCalledOnce();
  });

  test("a reset forgets all but its listeners", async () => {
    const { breaker, calls } = breakerBench(one);
    const reset = vi.fn();
    breaker.on("reset", reset);
    await calls("f");
    breaker.reset();
    expect(breaker.metrics()).toMatchObject({ state: "closed", calls: { failed: 0, not_permitted: 0 } });
    expect([breaker.failures(), reset.mock.calls.length]).toEqual([[], 1]);
  });
});

describe("what is told", () => {
  test("each event carries the live rates", async () => {
    const { breaker, calls } = breakerBench({ ...small, slowCallDurationThreshold: 50, name: "redis" });
    const seen: string[] = [];
    for (const name of ["success", "error", "not_permitted", "failure_rate_exceeded", "state_transition"] as const) {
      breaker.on(name, ({ state, failureRate }) => seen.push(`${name} ${state} ${failureRate}`));
    }
    await calls("sffs");
    await calls("s");
    expect(seen).toEqual([
      "success closed undefined",
      "error closed undefined",
      "error closed undefined",
      "success closed 0.5",
      "success closed 0.5",
    ]);
    await calls("ff");
    expect(seen.slice(5)).toEqual([
      "error closed 0.5",
      "failure_rate_exceeded closed 0.5",
      "state_transition open 0.5",
      "not_permitted open undefined",
    ]);
  });

  test("a change of state says what it was and why", async () => {
    const { breaker, calls, clock } = breakerBench({ ...one, permittedNumberOfCallsInHalfOpenState: 1 });
    const changes: Pick<BreakerChange, "previous" | "state" | "cause">[] = [];
    breaker.on("state_transition", ({ previous, state, cause }) => changes.push({ previous, state, cause }));
    await calls("f");
    clock.advance(1_000);
    await calls("s");
    breaker.forceOpen();
    expect(changes).toEqual([
      { previous: "closed", state: "open", cause: "consecutive_failures" },
      { previous: "open", state: "half_open", cause: "wait_over" },
      { previous: "half_open", state: "closed", cause: "probes_passed" },
      { previous: "closed", state: "forced_open", cause: "manual" },
    ]);
  });

  test("the last ten failures, the newest first, with their stacks", async () => {
    const { breaker } = breakerBench({ minimumNumberOfCalls: 20 });
    for (let i = 0; i < 12; i++) await outcome(breaker.execute(() => Promise.reject(new Error(`failure ${i}`))));
    const failures = breaker.failures();
    expect(failures.map(({ message }) => message)).toEqual(Array.from({ length: 10 }, (_, i) => `failure ${11 - i}`));
    expect(failures[0]?.stack).toContain("breaker.test.ts");
  });

  test("a listener that was taken away hears nothing more", async () => {
    const { breaker, calls } = breakerBench();
    const listener = vi.fn();
    const stop = breaker.on("success", listener);
    await calls("s");
    stop();
    await calls("s");
    expect(listener).toHaveBeenCalledOnce();
  });
});

describe("reconfigured while it lives", () => {
  test("it keeps listeners, counts and what its window holds", async () => {
    const { breaker, calls } = breakerBench(small);
    const opened = vi.fn();
    breaker.on("state_transition", opened);
    await calls("ssf");
    breaker.reconfigure({ slidingWindowSize: 10, minimumNumberOfCalls: 5, failureRateThreshold: 0.4 });
    expect(breaker.metrics()).toMatchObject({ buffered: 3, calls: { successful: 2, failed: 1 } });
    await calls("sf");
    expect([breaker.state, opened.mock.calls.length]).toEqual(["open", 1]);
  });

  test.each([
    ["count", "time"],
    ["time", "count"],
    ["time", "time"],
  ] as const)("what a window of %s holds is poured into one of %s", async (from, to) => {
    const { breaker, calls } = breakerBench({ slidingWindowType: from, minimumNumberOfCalls: 5 });
    await calls("sfsfs");
    breaker.reconfigure({ slidingWindowType: to, slidingWindowSize: 30, minimumNumberOfCalls: 5 });
    expect(breaker.metrics()).toMatchObject({ buffered: 5, failureRate: 0.4 });
  });

  test("an open one ends its time as the new options say", async () => {
    const { breaker, calls, clock } = breakerBench(one);
    await calls("f");
    clock.advance(200);
    breaker.reconfigure({ ...one, waitDurationInOpenState: 300 });
    expect(breaker.metrics().retryAfter).toBe(100);
  });

  test("wrong options change nothing", async () => {
    const { breaker, calls } = breakerBench(one);
    expect(() => breaker.reconfigure({ failureRateThreshold: 2 })).toThrow("breakers.breaker.failureRateThreshold");
    await calls("f");
    expect(breaker.state).toBe("open");
  });
});

describe("a function that behaves badly", () => {
  test("throws at once: a failure, and a rejection", async () => {
    const { breaker } = breakerBench();
    const promise = breaker.execute(() => {
      throw boom;
    });
    await expect(promise).rejects.toBe(boom);
    expect(breaker.metrics().calls.failed).toBe(1);
  });

  test("returns a thenable: it is waited for", async () => {
    const { breaker } = breakerBench();
    // biome-ignore lint/suspicious/noThenProperty: it is what the test is about.
    const thenable = { then: (resolve: (value: string) => void) => resolve("late") } as PromiseLike<string>;
    expect(await breaker.execute(() => thenable)).toBe("late");
    expect(breaker.metrics().calls.successful).toBe(1);
  });

  test("never settles: its caller can give it up, and nothing is left of it", async () => {
    const { breaker } = breakerBench(one);
    const giveUp = new AbortController();
    const hanging = breaker.execute(() => new Promise(() => {}), { signal: giveUp.signal });
    giveUp.abort(new Error("enough"));
    await expect(hanging).rejects.toThrow("enough");
    expect(breaker.metrics()).toMatchObject({ state: "closed", calls: { ignored: 1, failed: 0 } });
  });

  test("fails after its caller has given it up: that is nobody's failure", async () => {
    const { breaker } = breakerBench(one);
    const giveUp = new AbortController();
    const late = deferred();
    const call = breaker.execute(() => late.promise, { signal: giveUp.signal });
    giveUp.abort(new Error("enough"));
    late.reject(boom);
    await outcome(call);
    expect(breaker.metrics()).toMatchObject({ state: "closed", calls: { ignored: 1, failed: 0 } });
  });

  test("is not called where its caller has given up already, and hears of it where that comes later", async () => {
    const { breaker } = breakerBench();
    const task = vi.fn(succeed);
    await expect(breaker.execute(task, { signal: AbortSignal.abort(boom) })).rejects.toBe(boom);
    expect(task).not.toHaveBeenCalled();
    const giveUp = new AbortController();
    const heard = breaker.execute(
      ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
      { signal: giveUp.signal },
    );
    giveUp.abort(boom);
    await expect(heard).rejects.toBe(boom);
  });
});

describe("within a composition", () => {
  test("what another policy of this process refuses is no failure of what is called", async () => {
    const { breaker } = breakerBench(one);
    const calls = policy(breaker, bulkhead({ maxConcurrent: 1 }));
    const running = deferred<string>();
    const first = calls.execute(() => running.promise);
    expect(await outcome(calls.execute(succeed))).toBe("SOP_OVERLOAD");
    running.resolve("ok");
    expect(await first).toBe("ok");
    expect(breaker.metrics()).toMatchObject({ state: "closed", calls: { successful: 1, failed: 0, ignored: 1 } });
  });

  test("a call whose time an outer timeout ends is a failure, when it ends and once", async () => {
    const { breaker, clock } = breakerBench({ ...one, consecutiveFailuresThreshold: 2 });
    const calls = policy(timeout({ after: 100, clock }), breaker);
    const late = deferred();
    const call = calls.execute(() => late.promise);
    clock.advance(130);
    expect(await outcome(call)).toBe("SOP_TIMEOUT");
    expect(breaker.metrics().calls).toMatchObject({ failed: 1, ignored: 0 });
    late.reject(boom);
    await late.promise.catch(() => {});
    expect(breaker.metrics()).toMatchObject({ state: "closed", calls: { failed: 1 } });
  });

  test("an open breaker is asked once: no retry goes through it", async () => {
    const { breaker } = breakerBench();
    const task = vi.fn(succeed);
    breaker.forceOpen();
    const calls = policy(retry({ idempotent: true, attempts: 5, delay: 0 }), breaker);
    expect(await outcome(calls.execute(task))).toBe("SOP_BREAKER_OPEN");
    expect([task.mock.calls.length, breaker.metrics().calls.not_permitted]).toEqual([0, 1]);
  });
});
