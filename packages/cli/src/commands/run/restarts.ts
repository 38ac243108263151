import type { RunSettings } from "./options.js";

/** A process that ends within so many milliseconds has not got going. */
export const EARLY = 10_000;
/** So many that ended early, one after the other, are a loop. */
export const LOOP = 5;

/** How often the process has ended early, one after the other. */
export interface Restarts {
  readonly early: number;
}

/** What follows the end of a process. */
export type NextStep =
  /** It is started again after `delay` milliseconds; `isLoop`: it has just become a loop. */
  | { readonly kind: "again"; readonly delay: number; readonly isLoop: boolean }
  /** It ended early too often. */
  | { readonly kind: "give up" }
  /** It is not to be started again. */
  | { readonly kind: "over" };

export const FRESH: Restarts = { early: 0 };

/**
 * What to do after a process ended that ran for `uptime` milliseconds. One that ran for long is started again at once; others after a time that doubles
 * each time, and of which up to a half is left to chance, so that many do not start in step. `random`: 0 to 1.
 */
export function afterEnd(
  { early: before }: Restarts,
  { isFailure, uptime }: { readonly isFailure: boolean; readonly uptime: number },
  {
    restart,
    maxRestarts,
    backoff,
    maxBackoff,
  }: Pick<RunSettings, "restart" | "maxRestarts" | "backoff" | "maxBackoff">,
  random: number,
): [Restarts, NextStep] {
  const early = uptime < EARLY ? before + 1 : 0;
  const next = { early };
  if (restart === "never" || (restart === "on-failure" && !isFailure)) return [next, { kind: "over" }];
  if (early > maxRestarts) return [next, { kind: "give up" }];
  const longest = early === 0 ? 0 : Math.min(maxBackoff, backoff * 2 ** (early - 1));
  return [next, { kind: "again", delay: Math.round(longest * (1 - random / 2)), isLoop: early === LOOP }];
}
