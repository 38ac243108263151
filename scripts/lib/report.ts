import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../../tooling/workspace.ts";

/** One check that was made, or left out with a reason. */
export interface Check {
  readonly title: string;
  readonly status: "passed" | "failed" | "skipped";
  readonly seconds: number;
  /** Why it failed or was skipped; empty where it passed. */
  readonly messages: readonly string[];
}

/** Writes checks in the form of vitest's JSON reporter, so that one reader counts all of them. */
export function writeReport(path: string, checks: readonly Check[]): void {
  const count = (status: Check["status"]) => checks.filter((check) => check.status === status).length;
  const report = {
    numTotalTests: checks.length,
    numPassedTests: count("passed"),
    numFailedTests: count("failed"),
    numPendingTests: count("skipped"),
    numTodoTests: 0,
    success: count("failed") === 0,
    testResults: [
      {
        name: path,
        status: count("failed") === 0 ? "passed" : "failed",
        assertionResults: checks.map(({ title, status, seconds, messages }) => ({
          title,
          fullName: title,
          status: status === "skipped" ? "pending" : status,
          duration: seconds * 1000,
          failureMessages: messages,
        })),
      },
    ],
  };
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
}
