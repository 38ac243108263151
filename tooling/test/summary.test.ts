import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { root } from "../workspace.ts";

const fine = {
  numPassedTests: 2,
  numFailedTests: 0,
  numPendingTests: 1,
  numTodoTests: 0,
  success: true,
  testResults: [],
};
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "sop-summary-"));
  mkdirSync(join(dir, "reports"));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** The last line and the exit status of the sum over these reports. */
function sum(reports: Readonly<Record<string, unknown>>, statuses = ["0", "0"]) {
  for (const [name, report] of Object.entries(reports)) {
    writeFileSync(join(dir, "reports", `${name}.json`), typeof report === "string" ? report : JSON.stringify(report));
  }
  const { stdout, status } = spawnSync(process.execPath, [join(root, ".ci/summary.mjs"), ...statuses], { cwd: dir });
  return { last: stdout.toString().trimEnd().split("\n").at(-1), status };
}

it("adds up the reports of all runners", () => {
  expect(sum({ gates: fine, vitest: fine, infra: fine })).toEqual({ last: "6 passed, 0 failed, 3 skipped", status: 0 });
});

it("counts a report that is missing or cut off as a failure", () => {
  expect(sum({ gates: fine, vitest: '{"numPass' })).toEqual({ last: "2 passed, 2 failed, 1 skipped", status: 1 });
});

it("counts a test file that did not load", () => {
  const unloaded = { ...fine, success: false, testResults: [{ status: "failed", assertionResults: [] }] };
  expect(sum({ gates: fine, vitest: unloaded, infra: fine })).toEqual({
    last: "6 passed, 1 failed, 3 skipped",
    status: 1,
  });
});

it("counts an error outside of any test", () => {
  expect(sum({ gates: fine, vitest: { ...fine, success: false }, infra: fine }).last).toBe(
    "6 passed, 1 failed, 3 skipped",
  );
});

it("counts a command that failed although its reports say otherwise", () => {
  expect(sum({ gates: fine, vitest: fine, infra: fine }, ["0", "1"])).toEqual({
    last: "6 passed, 1 failed, 3 skipped",
    status: 1,
  });
});
