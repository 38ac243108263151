import { OptionError, type OptionProblem, parseDuration } from "@sop/core";
import type { PlaneOptions } from "../plane/options.js";

/** The options of `sop latency-profiler`, as they are given. */
export interface ProfilerOptions extends PlaneOptions {
  readonly duration?: string;
  readonly interval?: string;
  readonly output?: string;
  readonly csv?: string;
  readonly json?: boolean;
  readonly routes?: string;
  readonly baseline?: string;
  readonly failAbove?: string;
  readonly prometheus?: string;
  readonly metric?: string;
  readonly match?: string;
}

/** What they mean. Times are milliseconds. */
export interface Wanted {
  readonly duration: number;
  /** `undefined`: not given. */
  readonly interval: number | undefined;
  readonly routes: RegExp | undefined;
  /** A share, 0 and above. */
  readonly failAbove: number | undefined;
}

/** Reads the options. Throws `SOP_ERR_OPTION` that names every problem. */
export function readProfilerOptions(given: ProfilerOptions): Wanted {
  const problems: OptionProblem[] = [];
  const duration = (path: string, value: unknown, min: number, max: number): number => {
    const ms = parseDuration(value);
    if (ms !== undefined && ms >= min && ms <= max) return ms;
    const allowed = `a duration of ${min / 1_000} s to ${max / 3_600_000} h, such as 30s or 2m`;
    problems.push({ path, value: JSON.stringify(value), allowed });
    return min;
  };
  const wanted = {
    duration: duration("--duration", given.duration ?? "30s", 1_000, 7 * 86_400_000),
    interval: given.interval === undefined ? undefined : duration("--interval", given.interval, 1_000, 86_400_000),
    routes: given.routes === undefined ? undefined : patternOf(given.routes),
    failAbove: given.failAbove === undefined ? undefined : percentOf(given.failAbove),
  };
  if (Number.isNaN(wanted.failAbove)) {
    problems.push({
      path: "--fail-above",
      value: JSON.stringify(given.failAbove),
      allowed: "a percentage, such as 20%",
    });
  }
  if (given.failAbove !== undefined && given.baseline === undefined) {
    problems.push({
      path: "--fail-above",
      value: JSON.stringify(given.failAbove),
      allowed: "only together with --baseline",
    });
  }
  if (wanted.interval !== undefined && wanted.interval > wanted.duration) {
    problems.push({ path: "--interval", value: JSON.stringify(given.interval), allowed: "at most --duration" });
  }
  if (given.json === true && given.csv === "-") {
    problems.push({ path: "--csv", value: '"-"', allowed: "a file: --json goes to the standard output already" });
  }
  if (given.prometheus === undefined) {
    for (const name of ["metric", "match"] as const) {
      if (given[name] === undefined) continue;
      problems.push({
        path: `--${name}`,
        value: JSON.stringify(given[name]),
        allowed: "only together with --prometheus",
      });
    }
  } else if (given.addr !== undefined) {
    problems.push({ path: "--addr", value: JSON.stringify(given.addr), allowed: "not together with --prometheus" });
  }
  if (problems.length > 0) throw new OptionError(problems);
  return wanted;
}

/** A route that has the text anywhere; `*` is any text. */
function patternOf(text: string): RegExp {
  const parts = text.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(parts.join(".*"), "s");
}

function percentOf(text: string): number {
  const found = /^(\d+(?:\.\d+)?)\s*%?$/.exec(text.trim());
  return found ? Number(found[1]) / 100 : Number.NaN;
}
