import { readFileSync } from "node:fs";
import { OptionError } from "@sop/core";
import { type LatencyRun, latencyRunProblem } from "@sop/node/latency";

/** The run that a file has, as `--json` wrote it. Throws `SOP_ERR_OPTION` that says what it is instead. */
export function readBaseline(path: string): LatencyRun {
  const value = parse(path);
  const problem = latencyRunProblem(value);
  if (problem === undefined) return value as LatencyRun;
  throw wrong(path, problem);
}

function parse(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw wrong(path, `it cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw wrong(path, "it is no JSON");
  }
}

function wrong(path: string, problem: string): OptionError {
  const allowed = "a file that `sop latency-profiler --json` wrote";
  return new OptionError([{ path: "--baseline", value: JSON.stringify(path), allowed: `${allowed}: ${problem}` }]);
}
