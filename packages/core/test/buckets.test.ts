import { createSop, DURATION_BUCKETS, type MetricsOptions, OptionError, parseRules } from "@sop/core";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { bench } from "./support/fake.ts";

function boundsOf(buckets: MetricsOptions["buckets"]): readonly number[] {
  const sop = createSop({ service: "shop", metrics: { ...(buckets && { buckets }) } });
  onTestFinished(() => sop.dispose());
  return sop.metrics().bounds;
}

function problemsOf(metrics: unknown): readonly string[] {
  try {
    createSop({ service: "shop", metrics: metrics as MetricsOptions }).dispose();
    return [];
  } catch (error) {
    return (error as OptionError).problems.map(({ path }) => path);
  }
}

/** The counts of the first series of a Sop that has served requests of these durations. */
function countsOf(buckets: readonly number[], durations: readonly number[]): readonly number[] | undefined {
  const b = bench({ metrics: { buckets } });
  for (const ms of durations) {
    const context = b.open();
    b.clock.advance(ms);
    b.life.close(context, 200, "finished");
  }
  return b.sop.metrics().requests[0]?.buckets;
}

describe("buckets of durations", () => {
  test("are those of the contract where the options say nothing", () => {
    expect(boundsOf(undefined)).toEqual(DURATION_BUCKETS);
  });

  test("are the bounds that were given, inclusive, and one for what is slower", () => {
    expect(countsOf([0.01, 0.3], [10, 10.5, 300, 300.5, 9_999])).toEqual([1, 2, 2]);
  });

  test("are on the grid of native histograms, around what was asked for", () => {
    expect(boundsOf({ schema: 0, from: 0.25, to: 4 })).toEqual([0.25, 0.5, 1, 2, 4]);
    expect(boundsOf({ schema: 0, from: 0.3, to: 3 })).toEqual([0.25, 0.5, 1, 2, 4]);
    expect(boundsOf({ schema: -1, from: 0.25, to: 4 })).toEqual([0.25, 1, 4]);
    expect(boundsOf({ schema: 1, from: 1, to: 2 })).toEqual([1, Math.SQRT2, 2]);
    expect(boundsOf({})).toHaveLength(65);
  });

  test("whatever the bounds and durations, each duration is in the first bucket whose bound is not below it", () => {
    const bound = fc.integer({ min: 1, max: 5_000 });
    const rising = fc.uniqueArray(bound, { minLength: 1, maxLength: 40 }).map((all) => all.sort((a, b) => a - b));
    const durations = fc.array(fc.integer({ min: 0, max: 6_000 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(rising, durations, (bounds, given) => {
        const expected = new Array<number>(bounds.length + 1).fill(0);
        for (const ms of given) {
          const at = bounds.findIndex((limit) => ms <= limit);
          const bucket = at === -1 ? bounds.length : at;
          expected[bucket] = (expected[bucket] ?? 0) + 1;
        }
        const seconds = bounds.map((ms) => ms / 1_000);
        expect(countsOf(seconds, given)).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  test("of calls to other services are the same", async () => {
    const b = bench({ metrics: { buckets: [1, 2] }, ports: { fetch: async () => new Response("ok") } });
    await b.sop.fetch("http://stock/");
    expect(b.sop.metrics().outgoing.durations[0]?.buckets).toHaveLength(3);
  });

  test.each([
    [[]],
    [[0, 1]],
    [[-1]],
    [[2, 1]],
    [[1, 1]],
    [["1"]],
    [[Number.NaN]],
    [[Number.POSITIVE_INFINITY]],
    [Array.from({ length: 201 }, (_, i) => i + 1)],
    ["1,2"],
    [{ from: 2, to: 1 }],
    [{ schema: 8, from: 0.001, to: 60 }],
  ])("that cannot be any are refused by name: %j", (buckets) => {
    expect(problemsOf({ buckets })).toEqual(["metrics.buckets"]);
  });

  test.each([
    [{ schema: 9 }, "metrics.buckets.schema"],
    [{ schema: 1.5 }, "metrics.buckets.schema"],
    [{ from: 0 }, "metrics.buckets.from"],
    [{ to: "60" }, "metrics.buckets.to"],
    [{ factor: 2 }, "metrics.buckets.factor"],
  ])("of a grid that cannot be one are refused by the part that is wrong: %j", (buckets, path) => {
    expect(problemsOf({ buckets })).toContain(path);
  });
});

describe("a rule on a quantile", () => {
  const rule = { name: "slow", when: { metric: "p95", above: 20 }, set: { a: false } } as const;

  test("can be about durations up to the last bound, and no slower", () => {
    expect(() => parseRules([rule])).toThrow(OptionError);
    expect(parseRules([rule], { buckets: [1, 60] })).toHaveLength(1);
    expect(() => createSop({ service: "shop", rules: [rule] })).toThrow(/rules\.0\.when\.above/);
    createSop({ service: "shop", rules: [rule], metrics: { buckets: [1, 60] } }).dispose();
  });

  test("reads the buckets that are set", async () => {
    const b = bench({
      metrics: { buckets: [1, 2, 40] },
      rules: [{ ...rule, when: { metric: "p95", above: 20, window: "10s" } }],
    });
    b.clock.advance(1_000);
    for (let i = 0; i < 10; i++) {
      const context = b.open();
      b.clock.advance(30_000);
      b.life.close(context, 200, "finished");
    }
    b.clock.advance(2_000);
    expect(b.sop.rules()[0]?.state).toBe("active");
  });
});
