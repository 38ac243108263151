import { type BreakerOptions, circuitBreaker, OptionError } from "@sop/core";
import { describe, expect, test } from "vitest";
import { bench } from "../support/fake.ts";

const problems = (options: object): string[] => {
  try {
    circuitBreaker(options);
    return [];
  } catch (error) {
    return (error as OptionError).problems.map(({ path, value, allowed }) => `${path}: ${value}, not ${allowed}`);
  }
};

describe("options of a breaker", () => {
  test.each<[string, object, string]>([
    ["a rate of 0, which any call would trip", { failureRateThreshold: 0 }, "a ratio above 0, at most 1"],
    ["a rate above 1, which nothing could trip", { failureRateThreshold: 50 }, "a ratio above 0, at most 1"],
    ["a rate that is no number", { failureRateThreshold: Number.NaN }, "a ratio above 0, at most 1"],
    ["a window without calls", { slidingWindowSize: 0 }, "a whole number of 1 to 100000"],
    ["a window of half a call", { slidingWindowSize: 2.5 }, "a whole number of 1 to 100000"],
    [
      "a window smaller than the calls it takes",
      { slidingWindowSize: 10, minimumNumberOfCalls: 11 },
      "at most slidingWindowSize, which is 10: it could never trip",
    ],
    ["a window of no kind", { slidingWindowType: "sliding" }, 'one of "count", "time"'],
    ["a window of two hours", { slidingWindowType: "time", slidingWindowSize: "2h" }, "1 to 3600 seconds"],
    ["a share of slow calls where none is slow", { slowCallRateThreshold: 0.5 }, "slowCallDurationThreshold beside it"],
    ["a negative duration", { slowCallDurationThreshold: -1 }, "a duration of 1 to 86400000 ms"],
    ["no time in the open state", { waitDurationInOpenState: 0 }, "a duration of 1 to 86400000 ms"],
    ["a backoff that shrinks", { waitDurationInOpenState: { initial: "1s", max: "500ms" } }, "a duration of 1000 to"],
    ["jitter above 1", { waitDurationInOpenState: { initial: "1s", jitter: 2 } }, "a number of 0 to 1"],
    ["no probe", { permittedNumberOfCallsInHalfOpenState: 0 }, "a whole number of 1 to 1000"],
    ["probes that may wait for ever", { maxWaitDurationInHalfOpenState: 0 }, "a duration of 1 to 86400000 ms"],
    ["a predicate that is none", { recordError: "timeout" }, "a function"],
    [
      "an option of another library",
      { errorThresholdPercentage: 50 },
      "no such option; known are failureRateThreshold",
    ],
  ])("reject %s", (_what, options, allowed) => {
    expect(problems(options)).toEqual([expect.stringContaining(allowed)]);
  });

  test("are all reported together, each with its path and value", () => {
    expect(
      problems({ failureRateThreshold: 2, slidingWindowSize: "x", waitDurationInOpenState: { initial: 0 } }),
    ).toEqual([
      expect.stringContaining('slidingWindowSize: "x"'),
      expect.stringContaining("failureRateThreshold: 2"),
      expect.stringContaining("waitDurationInOpenState.initial: 0"),
    ]);
  });

  test("that are the same are kept once, and wrong ones are never taken for known ones", () => {
    circuitBreaker({});
    expect(problems({ failureRateThreshold: null })).toHaveLength(1);
    expect(problems({ failureRateThreshold: Number.NaN })).toHaveLength(1);
  });

  test("of time take a number of seconds, as in sop.yaml, or a duration", () => {
    const options: BreakerOptions[] = [
      { slidingWindowType: "time", slidingWindowSize: 60 },
      { slidingWindowType: "time", slidingWindowSize: "60s" },
    ];
    for (const given of options) expect(problems(given)).toEqual([]);
  });
});

describe("breakers of a Sop", () => {
  test("are one for each name, of the options that were given by name", () => {
    const { sop } = bench({ breakers: { redis: { consecutiveFailuresThreshold: 1 } } });
    expect(sop.breaker("redis")).toBe(sop.breaker("redis", { failureRateThreshold: 0.9 }));
    expect(sop.breakers().map(({ name }) => name)).toEqual(["redis"]);
  });

  test("have options checked when the Sop is made, each with its path", () => {
    expect(() => bench({ breakers: { redis: { failureRateThreshold: 7 } } })).toThrow(
      "breakers.redis.failureRateThreshold: got 7, expected a ratio above 0, at most 1",
    );
    expect(() => bench({ breakers: { redis: 7 as never } })).toThrow("breakers.redis: got 7, expected an object");
  });

  test("need a name", () => {
    expect(() => bench().sop.breaker("")).toThrow(OptionError);
    expect(() => bench().sop.breaker(7 as never)).toThrow("breaker.name: got 7, expected a non-empty string");
  });

  test("that could not be made leave nothing behind", () => {
    const { sop } = bench();
    expect(() => sop.breaker("redis", { failureRateThreshold: 7 })).toThrow("breakers.redis.failureRateThreshold");
    expect(sop.breakers()).toEqual([]);
  });
});
