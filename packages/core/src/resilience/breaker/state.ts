import type { BreakerSettings } from "./options.js";
import { windowOf } from "./rates.js";
import { outcomeOf, type Window } from "./window.js";

/** The name of a breaker's state. */
export type BreakerStateName = State["kind"];

/** The six names, for metrics that show each from the start. */
export const BREAKER_STATES = [
  "closed",
  "open",
  "half_open",
  "forced_open",
  "disabled",
  "metrics_only",
] as const satisfies readonly BreakerStateName[];

/** Calls go through and are counted. */
export interface Closed {
  readonly kind: "closed";
  readonly window: Window;
  /** Failures since the last success. */
  streak: number;
  /** While only a rising share of the calls is let through. */
  ramp: Ramp | undefined;
}

/** A rising share, from a tenth at `since` to all at `until`. */
export interface Ramp {
  readonly since: number;
  readonly until: number;
  /** The part of a call that is due. */
  credit: number;
  /** Openings in a row before it: it goes on where it trips again. */
  readonly openings: number;
}

/** No call goes through. */
export interface Open {
  readonly kind: "open";
  readonly since: number;
  until: number;
  /** Openings in a row, 1 for the first. */
  readonly openings: number;
  /** 0..1, drawn when it opened. */
  readonly chance: number;
}

/** A few calls go through, to see. */
export interface HalfOpen {
  readonly kind: "half_open";
  /** When they must have decided. */
  readonly until: number;
  readonly openings: number;
  readonly probes: number;
  /** Probes that may still be made. */
  permits: number;
  /** Of those that ended. */
  ended: number;
  failures: number;
  slow: number;
}

/** No call goes through until somebody says so. */
export interface ForcedOpen {
  readonly kind: "forced_open";
}

/** Calls go through and nothing is counted. */
export interface Disabled {
  readonly kind: "disabled";
}

/** Calls go through and are counted, and it never opens. */
export interface MetricsOnly {
  readonly kind: "metrics_only";
  readonly window: Window;
}

/** What a breaker is: a field exists only in the state that has it. */
export type State = Closed | Open | HalfOpen | ForcedOpen | Disabled | MetricsOnly;

/** A state in which calls are let through and counted. */
export type Counting = Closed | HalfOpen | MetricsOnly;

const FIRST_SHARE = 0.1;

/** Whether a call is among the share that is let through. Evenly spread, and nothing is left to chance. */
export function isDue(ramp: Ramp, now: number): boolean {
  const passed = Math.max(0, now - ramp.since) / (ramp.until - ramp.since);
  ramp.credit += FIRST_SHARE + (1 - FIRST_SHARE) * Math.min(1, passed);
  if (ramp.credit < 1) return false;
  ramp.credit -= 1;
  return true;
}

/** Whether the probes have decided: `true` to close, `false` to open, `undefined` while they have not. */
export function decide(state: HalfOpen, failureRate: number, slowRate: number): boolean | undefined {
  const { probes, ended, failures, slow } = state;
  if (failures / probes >= failureRate || slow / probes >= slowRate) return false;
  const left = probes - ended;
  const cannotFail = (failures + left) / probes < failureRate && (slow + left) / probes < slowRate;
  return left === 0 || cannotFail ? true : undefined;
}

/** A closed state with an empty window. */
export function closed(settings: BreakerSettings, ramp?: Ramp): Closed {
  return { kind: "closed", window: windowOf(settings), streak: 0, ramp };
}

/** The ramp of a breaker that closes after so many openings; `undefined` where it closes at once. */
export function rampOf({ reclose }: BreakerSettings, now: number, openings: number): Ramp | undefined {
  return reclose === 0 ? undefined : { since: now, until: now + reclose, credit: 1, openings };
}

export function halfOpen({ probes, probeWait }: BreakerSettings, now: number, openings: number): HalfOpen {
  const counts = { probes, permits: probes, ended: 0, failures: 0, slow: 0 };
  return { kind: "half_open", until: now + probeWait, openings, ...counts };
}

/** Counts a call that has ended. `now` is only looked at by a window of time. */
export function note(state: Counting, weight: number, isSlow: boolean, now: number): void {
  if (state.kind === "half_open") {
    state.ended++;
    state.failures += Math.min(1, weight);
    if (isSlow) state.slow++;
    return;
  }
  state.window.record(outcomeOf(weight, isSlow), now);
  if (state.kind === "closed") state.streak = weight === 0 ? 0 : state.streak + 1;
}

/** What a refusal says, by the state that refuses. */
export const REFUSALS: Readonly<Record<State["kind"], string>> = {
  closed: "the breaker closes again step by step",
  open: "the breaker is open",
  half_open: "the breaker's probes are under way",
  forced_open: "the breaker is held open",
  disabled: "",
  metrics_only: "",
};
