import type { Reading } from "../features/feature.js";
import type { FeatureName, Readings } from "../features/features.js";

/** What is asked of one figure. A figure that is not there fails it. */
export interface Check {
  readonly figure: FeatureName;
  readonly is: "at least" | "below";
  /** The seed value of the limit: what holds where the service's own normal says nothing. */
  readonly limit: number;
  /** The limit is this many times another figure, where that is there and gives a larger one. */
  readonly times?: { readonly figure: FeatureName; readonly by: number };
}

/** One way in which a class shows; all of its checks are to hold. */
export interface Way {
  /** What is seen then, in a few words. */
  readonly sees: string;
  readonly checks: readonly Check[];
  /** Whether that is proof, and not only likely. */
  readonly isProof?: boolean;
}

/** A class of root causes: what supports it, what refutes it, and what it needs to be confirmed. */
export interface CauseClass<Name extends string = string> {
  readonly name: Name;
  /** The mechanism, in a sentence. */
  readonly about: string;
  /** Any one of them is enough. */
  readonly ways: readonly Way[];
  /** Any one of them rules it out, unless a way that is proof holds. */
  readonly refutes: readonly Way[];
  /** What would prove it, for those who look further. */
  readonly needs: string;
  /** What is done about it. */
  readonly mitigations: readonly { readonly text: string; readonly command?: string }[];
}

/** How a check came out. */
export interface CheckResult {
  readonly check: Check;
  /** The limit with the service's own normal taken into account. */
  readonly limit: number;
  readonly reading: Reading | undefined;
  readonly holds: boolean;
}

/** How a way came out. */
export interface WayResult {
  readonly way: Way;
  readonly checks: readonly CheckResult[];
  readonly holds: boolean;
}

/** At least so much. */
export function atLeast(figure: FeatureName, limit: number, times?: Check["times"]): Check {
  return { figure, is: "at least", limit, ...(times && { times }) };
}

/** Less than that. */
export function below(figure: FeatureName, limit: number, times?: Check["times"]): Check {
  return { figure, is: "below", limit, ...(times && { times }) };
}

/** Puts a way to the figures of a window. */
export function tryWay(way: Way, readings: Readings): WayResult {
  const checks = way.checks.map((check) => tryCheck(check, readings));
  return { way, checks, holds: checks.every(({ holds }) => holds) };
}

function tryCheck(check: Check, readings: Readings): CheckResult {
  const { figure, is, limit: seed, times } = check;
  const base = times && readings.get(times.figure)?.value;
  const limit = times && base !== undefined ? Math.max(seed, base * times.by) : seed;
  const reading = readings.get(figure);
  const holds = reading !== undefined && (is === "below" ? reading.value < limit : reading.value >= limit);
  return { check, limit, reading, holds };
}
