import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SAMPLE_FIELDS } from "@sop/core";
import { expect, test } from "vitest";
import { FEATURES } from "../../src/diagnose/features/features.ts";
import { TAXONOMY } from "../../src/diagnose/taxonomy/taxonomy.ts";
import { classesTable } from "./classes-table.ts";

const guide = readFileSync(join(import.meta.dirname, "../../../../docs/guides/diagnosis.md"), "utf8");
const decision = readFileSync(
  join(import.meta.dirname, "../../../../docs/adr/0027-a-diagnosis-is-a-list-of-checks.md"),
  "utf8",
);

test("the guide has the classes with their checks and limits as they are", () => {
  const [, table] = /<!-- classes -->\n\n([\s\S]*?)\n\n<!-- \/classes -->/.exec(guide) ?? [];
  expect(table).toBe(classesTable());
});

test("the decision's table has each class, in their order", () => {
  const rows = [...decision.matchAll(/^\| `([\w.]+)` \|/gm)].map(([, name]) => name);
  expect(rows).toEqual(TAXONOMY.map(({ name }) => name));
});

test("each figure that a class asks for is one, and its unit is the last part of its name", () => {
  for (const { ways, refutes } of TAXONOMY) {
    for (const { checks } of [...ways, ...refutes]) {
      for (const { figure, times } of checks) {
        expect(FEATURES).toHaveProperty(figure);
        if (times) expect(FEATURES).toHaveProperty(times.figure);
      }
    }
  }
  const units = /_(ms|bytes|count|ratio|per_second)$/;
  for (const name of [...Object.keys(FEATURES), ...Object.keys(SAMPLE_FIELDS)]) expect(name).toMatch(units);
});
