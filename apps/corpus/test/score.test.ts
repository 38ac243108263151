import fc from "fast-check";
import { expect, it } from "vitest";
import { firstHarm, mixOf } from "../src/harm.ts";
import type { Run } from "../src/run-case.ts";
import { quantile, scores } from "../src/score.ts";
import { render } from "../src/table.ts";

function run(over: Partial<Run>): Run {
  return {
    id: "a-leak",
    set: "tuning",
    expected: ["memory_leak"],
    node: "24",
    attempt: 1,
    answer: "memory_leak",
    isRight: true,
    verdict: "confirmed",
    summary: "",
    others: [],
    took: 4_000,
    wasHarmed: true,
    ended: undefined,
    bystanders: {},
    triggered: {},
    features: {},
    stderr: "",
    ...over,
  };
}

const CONTROL = { id: "control-spike", expected: ["none"], answer: "no incident", took: undefined, wasHarmed: false };

it("counts right diagnoses of what failed, and incidents of what did not, apart", () => {
  const [score] = scores([
    run({}),
    run({ attempt: 2, answer: "overload", isRight: false, took: undefined }),
    run(CONTROL),
    run({ ...CONTROL, attempt: 2, answer: "overload", isRight: false }),
  ]);
  expect(score).toMatchObject({ cases: 2, runs: 4, accuracy: 0.5, falseAlarms: 1, controlRuns: 2, median: 4_000 });
});

it("has a score for each set and for all, and none where nothing failed", () => {
  const all = scores([run({}), run({ set: "held-out", isRight: false }), run({ ...CONTROL, set: "dev" })]);
  expect(all.map(({ name, accuracy }) => [name, accuracy])).toEqual([
    ["tuning", 1],
    ["held-out", 0],
    ["dev", undefined],
    ["all", 0.5],
  ]);
});

it("takes the time of those who were harmed alone", () => {
  const [score] = scores([run({ took: 2_000 }), run({ took: 9_000 }), run({ took: 60_000, wasHarmed: false })]);
  expect([score?.median, score?.p90]).toEqual([2_000, 9_000]);
});

it("gives a quantile that is one of the values, and never less than a smaller one", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1 }), fc.float({ min: 0, max: 1, noNaN: true }), (values, share) => {
      const found = quantile(values, share) ?? -1;
      expect(values).toContain(found);
      expect(quantile(values, 1)).toBeGreaterThanOrEqual(found);
    }),
  );
  expect(quantile([], 0.5)).toBeUndefined();
});

it("finds the first harm: an error, a status of 500, or a second of waiting", () => {
  expect(firstHarm([{ asked: 1_000, ms: 20, status: 200 }])).toBeUndefined();
  expect(firstHarm([{ asked: 1_000, ms: 20, status: 404 }])).toBeUndefined();
  expect(firstHarm([{ asked: 1_000, ms: 4_000, err: "CLIENT_TIMEOUT" }])).toBe(2_000);
  expect(
    firstHarm([
      { asked: 1_500, ms: 30, status: 503 },
      { asked: 1_000, ms: 1_200, status: 200 },
    ]),
  ).toBe(1_530);
  expect(
    mixOf([
      { asked: 0, ms: 1, status: 200 },
      { asked: 0, ms: 1, err: "ECONNRESET" },
    ]),
  ).toEqual({
    200: 1,
    ECONNRESET: 1,
  });
});

it("draws a line for each case, with what each Node said", () => {
  const runs = [run({}), run({ attempt: 2 }), run({ node: "20", answer: "unknown", isRight: false, took: undefined })];
  expect(render(runs, { markdown: true })).toContain(
    "| a-leak | tuning | memory_leak | unknown | memory_leak ×2 | 2 of 3 | 4.0 s |",
  );
  expect(render(runs)).toMatch(/^case +set +expected +Node 20 +Node 24 +right +time\n/);
});
