import { FlagdCore, MemoryStorage } from "@openfeature/flagd-core";
import type { FlagDefinition, FlagDetails } from "@sop/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bench } from "../support/fake.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** What flagd's own evaluator says, and what ours says. */
function both(definition: FlagDefinition, context: Record<string, unknown>, evaluators: Record<string, unknown> = {}) {
  const storage = new MemoryStorage(silent);
  storage.setConfigurations(
    JSON.stringify({ flags: { flag: { state: "ENABLED", ...definition } }, $evaluators: evaluators }),
  );
  const core = new FlagdCore(storage, silent);
  const theirs = core.resolveStringEvaluation("flag", "code", context as never, silent);
  const ours = bench({ flags: { flag: definition } })
    .sop.flag("flag", "code")
    .evaluate(context);
  return { theirs, ours };
}

/** Ours says more: that a split chose, and that one had no key where there is no default variant either. */
function reasonOf({ reason, errorCode }: FlagDetails<unknown>): string {
  if (errorCode === "TARGETING_KEY_MISSING") return "DEFAULT";
  return reason === "SPLIT" ? "TARGETING_MATCH" : reason;
}

const VARIANTS = { red: "R", green: "G", blue: "B", true: "T", false: "F" };
const NAMES = Object.keys(VARIANTS);

const ascii = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 24 });
const words = fc.constantFrom("a", "b", "abc", "gold", "1", "10", "1.5", "");
const numbers = fc.constantFrom(0, 1, 2, 10, -3, 1.5, 100);
const contexts = fc.record({
  targetingKey: ascii,
  plan: words,
  age: numbers,
  beta: fc.boolean(),
  list: fc.array(fc.oneof(words, numbers), { maxLength: 4 }),
  amounts: fc.array(numbers, { maxLength: 4 }),
  user: fc.record({ name: words, level: numbers }),
  version: fc.constantFrom("1.2.3", "v1.2.4", "2.0.0-rc.1", "2.0.0", "2.0.0-rc.1+build", "1.2", "3", "no", 2),
});

const text = fc.oneof(words, fc.constantFrom({ var: "plan" }, { var: "user.name" }, { cat: ["x", { var: "plan" }] }));
const { number } = fc.letrec<{ number: unknown }>((tie) => ({
  number: fc.oneof(
    { maxDepth: 2, depthIdentifier: "number" },
    numbers,
    fc.constantFrom({ var: "age" }, { var: "user.level" }, { var: ["absent", 7] }),
    fc.tuple(fc.constantFrom("+", "-", "*"), tie("number"), tie("number")).map(([op, a, b]) => ({ [op]: [a, b] })),
    fc.tuple(fc.constantFrom("max", "min"), tie("number"), tie("number")).map(([op, a, b]) => ({ [op]: [a, b] })),
    tie("number").map((n) => ({ "%": [n, 7] })),
    tie("number").map((n) => ({ "/": [n, 4] })),
    tie("number").map((n) => ({ "-": [n] })),
    fc.constant({ reduce: [{ var: "amounts" }, { "+": [{ var: "current" }, { var: "accumulator" }] }, 0] }),
  ),
}));
const COMPARISONS = ["==", "===", "!=", "!==", "<", "<=", ">", ">="];
const { condition } = fc.letrec<{ condition: unknown }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, depthIdentifier: "condition" },
    fc.boolean(),
    fc.constantFrom({ var: "beta" }, { var: "list" }, { var: "absent" }, { "!!": [{ var: "user" }] }),
    fc.tuple(fc.constantFrom(...COMPARISONS), number, number).map(([op, a, b]) => ({ [op]: [a, b] })),
    fc.tuple(fc.constantFrom(...COMPARISONS), text, text).map(([op, a, b]) => ({ [op]: [a, b] })),
    fc.tuple(fc.constantFrom("<", "<="), number, number, number).map(([op, a, b, c]) => ({ [op]: [a, b, c] })),
    fc
      .tuple(fc.constantFrom("and", "or"), fc.array(tie("condition"), { minLength: 1, maxLength: 3 }))
      .map(([op, of]) => ({
        [op]: of,
      })),
    tie("condition").map((of) => ({ "!": of })),
    fc.tuple(text, fc.array(words, { maxLength: 12 })).map(([a, list]) => ({ in: [a, list] })),
    // flagd's engine takes an empty text for no text at all.
    fc.tuple(text, text).map(([a, b]) => ({ in: [a, { cat: ["x", b] }] })),
    fc.tuple(number, fc.constant({ var: "list" })).map(([a, list]) => ({ in: [a, list] })),
    fc.tuple(fc.constantFrom("starts_with", "ends_with"), text, text).map(([op, a, b]) => ({ [op]: [a, b] })),
    fc
      .tuple(
        fc.constantFrom("=", "!=", "<", "<=", ">", ">=", "^", "~"),
        fc.constantFrom("1.2.3", "2.0.0", "2.0.0-rc.2", "v2"),
      )
      .map(([op, target]) => ({ sem_ver: [{ var: "version" }, op, target] })),
    fc
      .tuple(fc.constantFrom("all", "some", "none"), fc.constantFrom("<", ">", "=="), numbers)
      .map(([op, compare, n]) => ({ [op]: [{ var: "amounts" }, { [compare]: [{ var: "" }, n] }] })),
    fc.constantFrom(
      { filter: [{ var: "amounts" }, { ">": [{ var: "" }, 1] }] },
      { in: [4, { map: [{ var: "amounts" }, { "*": [{ var: "" }, 2] }] }] },
      { in: ["a", { merge: [{ var: "list" }, ["b"]] }] },
      { missing: ["plan", "absent"] },
      { missing: ["plan"] },
      { missing_some: [1, ["absent", "age"]] },
      { missing_some: [2, ["absent", "age"]] },
      { "==": [{ substr: [{ var: "user.name" }, 1] }, "bc"] },
      { "==": [{ substr: ["abcdef", -4, -1] }, "cde"] },
      { "==": [{ var: "$flagd.flagKey" }, "flag"] },
      { ">": [{ var: "$flagd.timestamp" }, 1_600_000_000] },
    ),
  ),
}));
const weights = fc.integer({ min: 0, max: 20_000 });
const split = fc
  .tuple(
    fc.constantFrom(
      [],
      [{ var: "targetingKey" }],
      [{ cat: [{ var: "$flagd.flagKey" }, { var: "plan" }] }],
      [{ var: "age" }],
    ),
    fc.array(fc.tuple(fc.constantFrom(...NAMES), weights), { minLength: 1, maxLength: 5 }),
  )
  .map(([by, buckets]) => ({ fractional: [...by, ...buckets] }));
const result = fc.oneof(fc.constantFrom(...NAMES), fc.constant(null), split);
const targeting = fc.oneof(
  fc.tuple(condition, result, result).map(([when, then, otherwise]) => ({ if: [when, then, otherwise] })),
  fc.tuple(condition, result, condition, result).map((branches) => ({ if: branches })),
  split,
);

describe("our evaluation agrees with flagd's", () => {
  test("for random rules and contexts", () => {
    let compared = 0;
    fc.assert(
      fc.property(targeting, fc.option(fc.constantFrom(...NAMES)), contexts, (rule, defaultVariant, context) => {
        const { theirs, ours } = both({ variants: VARIANTS, defaultVariant, targeting: rule }, context);
        // Where flagd's engine fails on operands of a wrong type, ours goes on as flagd's documentation says.
        if (theirs.errorCode === "GENERAL") return;
        compared++;
        expect([ours.value, ours.variant]).toEqual([theirs.value, theirs.variant]);
        expect(reasonOf(ours)).toBe(theirs.reason);
      }),
      { numRuns: 3_000 },
    );
    expect(compared).toBeGreaterThan(2_000);
  });

  test("for splits of ASCII keys, with weights of all sizes", () => {
    const large = fc.array(fc.tuple(fc.constantFrom(...NAMES), fc.integer({ min: 0, max: 429_000_000 })), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(large, ascii, (buckets, targetingKey) => {
        const { theirs, ours } = both({ variants: VARIANTS, targeting: { fractional: buckets } }, { targetingKey });
        expect(ours.variant).toBe(theirs.variant);
      }),
      { numRuns: 2_000 },
    );
  });

  test("for weights that are computed", () => {
    const rule = {
      fractional: [
        ["red", { "*": [{ var: "age" }, 10] }],
        ["green", { "-": [50, { var: "age" }] }],
      ],
    };
    fc.assert(
      fc.property(contexts, (context) => {
        const { theirs, ours } = both({ variants: VARIANTS, targeting: rule }, context);
        expect(ours.variant).toBe(theirs.variant);
      }),
    );
  });
});
