import type { FlagDefinition } from "@sop/core";
import { expect, test } from "vitest";
import { bench } from "../support/fake.ts";
import { watched } from "./support.ts";

const pricing: FlagDefinition = {
  variants: { new: "n", old: "o" },
  defaultVariant: "old",
  targeting: {
    if: [
      { in: [{ var: "plan" }, ["gold", "silver"]] },
      { fractional: [{ var: "targetingKey" }, ["new", 100], ["old", 0]] },
    ],
  },
};

test("explain tells each step of the rule: where it stands, its operands and its result", () => {
  const { sop } = bench({ flags: { pricing } });
  const explained = sop.explain("pricing", { targetingKey: "ann", plan: "gold" });
  expect(explained).toMatchObject({ value: "n", variant: "new", reason: "SPLIT", layer: "code" });
  expect(explained.steps).toEqual([
    { path: "targeting.if.0.in.0.var", operator: "var", operands: ["plan"], result: "gold" },
    { path: "targeting.if.0.in", operator: "in", operands: ["gold", ["gold", "silver"]], result: true },
    { path: "targeting.if.1.fractional.0.var", operator: "var", operands: ["targetingKey"], result: "ann" },
    {
      path: "targeting.if.1.fractional",
      operator: "fractional",
      operands: ["ann", ["new", 100], ["old", 0]],
      result: "new",
    },
    { path: "targeting.if", operator: "if", operands: [true, "new"], result: "new" },
  ]);
});

test("what was not needed has no value", () => {
  const { sop } = bench({ flags: { pricing } });
  const { steps, variant } = sop.explain("pricing", { plan: "free" });
  expect(variant).toBe("old");
  expect(steps.at(-1)).toEqual({ path: "targeting.if", operator: "if", operands: [false, undefined], result: null });
});

test("steps of a shared rule stand at its name", async () => {
  const b = watched();
  const flag = { variants: { true: 1, false: 2 }, targeting: { "!": { $ref: "beta" } } };
  await b.say({ flag }, { evaluators: { beta: { "==": [{ var: "plan" }, "beta"] } } });
  expect(b.sop.explain("flag").steps.map(({ path, operands }) => [path, operands])).toEqual([
    ["targeting.!.$ref.beta.==.0.var", ["plan"]],
    ["targeting.!.$ref.beta.==", [null, "beta"]],
    ["targeting.!", [false]],
  ]);
});

test("layers say who decides, who is overruled, and whose flag is off or absent", async () => {
  const b = watched({ flags: { a: 1, b: 1, c: 1 } });
  await b.say({ a: 2, b: { variants: { x: 3 }, state: "DISABLED" }, d: { variants: 4 as never } });
  const outcomes = (name: string) => b.sop.explain(name).layers.map(({ layer, outcome }) => `${layer} ${outcome}`);
  expect(outcomes("a")).toEqual(["code overruled", "file decides"]);
  expect(outcomes("b")).toEqual(["code decides", "file disabled"]);
  expect(outcomes("c")).toEqual(["code decides", "file absent"]);
  expect(outcomes("d")).toEqual(["code absent", "file wrong"]);
  expect(b.sop.explain("e")).toMatchObject({
    value: undefined,
    layer: undefined,
    errorCode: "FLAG_NOT_FOUND",
    steps: [],
  });
});

test("of a wrong definition it explains the good one that is in force", async () => {
  const b = watched();
  await b.say({ pricing });
  await b.say({ pricing: { ...pricing, targeting: { maybe: [] } } });
  const explained = b.sop.explain("pricing", { plan: "gold", targetingKey: "ann" });
  expect(explained).toMatchObject({ value: "n", reason: "STALE" });
  expect(explained.steps).toHaveLength(5);
  expect(explained.layers.at(-1)?.problem).toContain('flags.pricing.targeting: got "maybe"');
});

test("a rule over a long list is explained by its first thousand steps", () => {
  const targeting = { some: [{ var: "list" }, { "==": [{ var: "" }, -1] }] };
  const { sop } = bench({ flags: { flag: { variants: { true: 1, false: 2 }, targeting } } });
  const explained = sop.explain("flag", { list: Array.from({ length: 5_000 }, (_, i) => i) });
  expect([explained.value, explained.steps.length]).toEqual([2, 1_000]);
});
