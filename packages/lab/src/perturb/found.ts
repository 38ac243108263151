import type { Step } from "./scheduler.js";

/** An order of events in which it fails. */
export interface Found {
  /** Give it again to have the same order. */
  readonly seed: number;
  /** Which run it was, the first is 1. */
  readonly run: number;
  /** Why it fails: the message of what was thrown, or that the invariant does not hold. */
  readonly failure: string;
  /** Whether it fails also when nothing is late. */
  readonly failsAsItIs: boolean;
  /** The fewest late events that were found with which it fails, each with what it is. */
  readonly late: readonly Step[];
  /** What happened with them, in that order. */
  readonly steps: readonly Step[];
  /** How often it failed of how many times with exactly these late events. */
  readonly again: { readonly failed: number; readonly of: number };
}

const MAX_STEPS = 60;

/** What was found, for people. */
export function textOf({ seed, run, failure, failsAsItIs, late, steps, again }: Found, runs: number): string {
  const shown = steps.length > MAX_STEPS ? steps.slice(-MAX_STEPS) : steps;
  const cause = failsAsItIs
    ? "It fails also when nothing is late."
    : `It fails when ${late.length === 1 ? "this is" : `these ${late.length} are`} late, and holds when nothing is:`;
  return [
    `${failure}`,
    `Found by seed ${seed} in run ${run} of ${runs}; with the same order it failed ${again.failed} of ${again.of} times.`,
    cause,
    ...(failsAsItIs ? [] : late.map((step) => `  +${String(step.late).padEnd(3)} ms  ${line(step)}`)),
    "In this order:",
    ...(shown.length < steps.length ? [`  ... ${steps.length - shown.length} before`] : []),
    ...shown.map((step, i) => {
      const number = String(steps.length - shown.length + i + 1).padStart(4);
      return `${number}  ${step.at.toFixed(0).padStart(5)} ms  ${line(step)}${step.late > 0 ? `  (late by ${step.late} ms)` : ""}`;
    }),
  ].join("\n");
}

function line({ what, site }: Step): string {
  return site === undefined ? what : `${what}  ${site}`;
}
