import { OptionError, parseRules, type RuleOptions } from "@sop/core";
import { describe, expect, it } from "vitest";

const RIGHT = { name: "Errors", when: { metric: "error_ratio", above: 0.05 }, set: { redis: false } };

/** What is wrong with rules, each with its path. */
function problemsOf(...rules: readonly object[]): string[] {
  try {
    parseRules(rules as readonly RuleOptions[]);
    return [];
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    return error.problems.map(({ path, value, allowed }) => `${path}: ${value}: ${allowed}`);
  }
}

function nested(levels: number): object {
  return levels === 0 ? RIGHT.when : { not: nested(levels - 1) };
}

describe("rules", () => {
  it("are those of the contract", () => {
    const [rule] = parseRules([
      {
        name: "HighErrorRateAndLatency",
        when: {
          all: [
            { metric: "error_ratio", above: 0.05, window: "5m" },
            { metric: "p95", above: 0.3, window: "5m" },
          ],
        },
        for: "2m",
        set: { "redis.enabled": false },
        recover: { after: "5m", steps: [10, 50, 100] },
      },
    ]);
    expect(rule).toMatchObject({
      for: 120_000,
      cooldown: 60_000,
      maxActions: 6,
      dryRun: false,
      recover: { after: 300_000, steps: [10, 50, 100], every: 300_000 },
    });
  });

  it.each([
    [{ when: undefined }, /^rules\.0\.when: nothing: a condition: all, any, not, metric, breaker$/],
    [{ when: {} }, /^rules\.0\.when: .* and only one of them$/],
    [{ when: { all: [], any: [] } }, /^rules\.0\.when: .* and only one of them$/],
    [{ when: { all: [] } }, /^rules\.0\.when\.all: \[\]: at least one condition$/],
    [{ when: { all: [RIGHT.when, {}] } }, /^rules\.0\.when\.all: .*each one of all, any, not, metric, breaker$/],
    [{ when: { not: RIGHT.when, window: "1m" } }, /^rules\.0\.when\.window: "1m": not with not$/],
    [{ when: nested(12) }, /in at most 10 levels$/],
    [{ when: { metric: "errors", above: 1 } }, /^rules\.0\.when\.metric: "errors": one of "error_ratio", /],
    [{ when: { metric: "rate" } }, /^rules\.0\.when\.metric: "rate": a metric with exactly one of above, /],
    [{ when: { metric: "rate", above: 1, below: 3 } }, /with exactly one of above, /],
    [{ when: { metric: "error_ratio", above: 5 } }, /^rules\.0\.when\.above: 5: a number of 0 to 1$/],
    [{ when: { metric: "error_ratio", above: 1 } }, /can be on both sides of: this one never holds$/],
    [{ when: { metric: "p95", above: 10 } }, /this one never holds$/],
    [{ when: { metric: "rate", below: 0 } }, /this one never holds$/],
    [{ when: { metric: "crashes", atLeast: 0 } }, /this one always holds$/],
    [{ when: { metric: "error_ratio", atMost: 1 } }, /this one always holds$/],
    [{ when: { metric: "rate", above: 5, clear: 6 } }, /^rules\.0\.when\.clear: 6: at most the threshold, which is 5$/],
    [{ when: { metric: "rate", below: 5, clear: 4 } }, /clear: 4: at least the threshold, which is 5$/],
    [{ when: { metric: "in_flight", above: 5, window: "1m" } }, /window: "1m": none: in_flight is now$/],
    [{ when: { metric: "crashes", above: 5, route: "/" } }, /route: "\/": none: crashes is not counted by route$/],
    [
      { when: { metric: "rate", above: 5, window: "2h" } },
      /^rules\.0\.when\.window: "2h": a duration of 1000 to 3600000 /,
    ],
    [{ when: { breaker: "redis", state: "ajar" } }, /^rules\.0\.when\.state: "ajar": one of "closed", /],
    [{ when: { breaker: "redis" } }, /^rules\.0\.when\.state: nothing: one of "closed", /],
    [{ set: {} }, /^rules\.0\.set: {}: at least one flag with its value$/],
    [{ set: { redis: null } }, /^rules\.0\.set\.redis: null: true, false, a text/],
    [{ recover: { steps: [50, 10, 100] } }, /^rules\.0\.recover\.steps: \[50,10,100\]: a list of rising percentages/],
    [{ recover: { steps: [10, 50] } }, /the last of which is 100$/],
    [{ recover: { steps: "10" } }, /^rules\.0\.recover\.steps: "10": a list/],
    [{ name: undefined }, /^rules\.0\.name: nothing: a non-empty string$/],
    [{ maxActions: 0 }, /^rules\.0\.maxActions: 0: a whole number of 1 to 60$/],
    [{ after: 1 }, /^rules\.0\.after: 1: no such option; known are name, when, /],
  ])("are refused with %j", (wrong, problem) => {
    expect(problemsOf({ ...RIGHT, ...wrong })).toEqual([expect.stringMatching(problem)]);
  });

  it("have names of their own, and are told of all that is wrong at once", () => {
    expect(problemsOf(RIGHT, RIGHT)).toEqual([expect.stringMatching(/two are called "Errors"$/)]);
    expect(problemsOf({ ...RIGHT, for: -1 }, { ...RIGHT, name: "B", cooldown: "x" })).toHaveLength(2);
  });

  it("are a list", () => {
    expect(() => parseRules({} as never)).toThrow(/^SOP_ERR_OPTION|rules/);
  });
});
