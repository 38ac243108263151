import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { SopError } from "@sop/core";

const requireHere = createRequire(import.meta.url);

/** How a run of vitest went. */
export interface TestRun {
  readonly passed: boolean;
  /** Why it failed, one text for each failed expectation. */
  readonly failures: readonly string[];
}

/** Runs vitest in a process of its own, and gives what it wrote. */
export function vitest(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const cli = join(dirname(requireHere.resolve("vitest/package.json")), "vitest.mjs");
  return outputOf([cli, ...args], { NO_COLOR: "1", FORCE_COLOR: "0", ...env }, cwd, signal).then(
    ({ output }) => output,
  );
}

/** Runs a Node with these arguments; gives what it wrote and its exit code. */
export function outputOf(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly output: string; readonly code: number | null; readonly killedBy: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      ...(signal && { signal }),
    });
    let output = "";
    const take = (chunk: Buffer): void => {
      output += chunk;
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("error", (error) => {
      if (!signal?.aborted) reject(error);
    });
    child.on("close", (code, killedBy) => resolve({ output, code, killedBy }));
  });
}

interface Report {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly failureMessages: readonly string[] }[];
  }[];
}

/** Reads the JSON that vitest wrote. Throws `SOP_ERR_LAB` with its output where it ran no test. */
export function readReport(file: string, output: string): TestRun {
  const report: Report = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { testResults: [] };
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  if (tests.length === 0) {
    const why = report.testResults.map(({ message }) => message).join("\n") || output;
    throw new SopError("SOP_ERR_LAB", `the reproduction could not be run:\n${why.trim()}`);
  }
  const failures = tests.flatMap(({ failureMessages }) => failureMessages);
  return { passed: tests.every(({ status }) => status !== "failed"), failures };
}
