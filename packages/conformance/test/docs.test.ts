import { readFileSync } from "node:fs";
import { CASES, PANICS, type PanicRow } from "@sop/conformance";
import { describe, expect, it } from "vitest";

const page = readFileSync(new URL("../../../docs/panic-model.md", import.meta.url), "utf8");

const ANSWERS = {
  "503": "503 `SOP_PANIC`",
  cut: "the answer was begun: its connection is cut",
  own: "the application's own answer stays",
  none: "nobody: connections are reset",
} as const;
const OUTCOMES = { lives: "lives", drains: "drains, exits with 1", dies: "dies at once" } as const;

function line({ id, failure, answer, status, panics, outcome }: PanicRow): string {
  const count = status === undefined ? "nothing can be" : `status ${status}, panics +${panics}`;
  return `| ${id} | ${failure} | ${ANSWERS[answer]} | ${count} | ${OUTCOMES[outcome]} |`;
}

describe("the panic table of docs/panic-model.md", () => {
  it("has exactly the lines that are audited, in their order", () => {
    expect(page.split("\n").filter((text) => text.startsWith("| P-"))).toEqual(PANICS.map(line));
  });

  it.each(["express", "fastify", "hono", "nestjs"])("names every deviation of %s", (adapter) => {
    const test = readFileSync(new URL(`../../${adapter}/test/conformance.test.ts`, import.meta.url), "utf8");
    for (const [id] of test.matchAll(/P-\d\d/g))
      expect(page).toMatch(new RegExp(`\\| ${adapter}[^|]*\\|[^|]*${id}`, "i"));
  });
});

describe("audits", () => {
  it("have IDs of their own", () => {
    const ids = CASES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[LPWBDKOFC]-\d\d$/);
  });
});
