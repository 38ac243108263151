import type { BreakerStateName } from "./state.js";

/** What each event of a breaker carries. */
export interface BreakerEvent {
  /** The breaker's name. */
  readonly breaker: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly state: BreakerStateName;
  /** Share of failed calls in the window, weighted, at most 1; `undefined` below `minimumNumberOfCalls`. */
  readonly failureRate: number | undefined;
  /** Share of slow calls in the window; `undefined` below `minimumNumberOfCalls`. */
  readonly slowCallRate: number | undefined;
}

/** A call that was made and ended. */
export interface BreakerCallEvent extends BreakerEvent {
  /** Milliseconds; `undefined` where durations are not measured. */
  readonly duration: number | undefined;
}

/** A call that failed, or whose error was ignored. */
export interface BreakerErrorEvent extends BreakerCallEvent {
  /** What was thrown; `undefined` for a returned value that counts as a failure. */
  readonly error: unknown;
}

/** A call that was not made. */
export interface BreakerRefusalEvent extends BreakerEvent {
  /** Milliseconds. */
  readonly retryAfter: number;
}

/** Why a breaker changed its state. */
export type BreakerCause =
  | "failure_rate"
  | "slow_call_rate"
  | "consecutive_failures"
  | "wait_over"
  | "probes_passed"
  | "probes_failed"
  | "probes_timed_out"
  | "fleet"
  | "manual";

/** A breaker changed its state; the rates are those before. */
export interface BreakerChange extends BreakerEvent {
  readonly previous: BreakerStateName;
  readonly cause: BreakerCause;
  /** Milliseconds until calls are tried again; `undefined` where that is not known. */
  readonly retryAfter: number | undefined;
}

/** The events of a breaker, by name. */
export interface BreakerEvents {
  success: BreakerCallEvent;
  error: BreakerErrorEvent;
  ignored_error: BreakerErrorEvent;
  not_permitted: BreakerRefusalEvent;
  state_transition: BreakerChange;
  reset: BreakerEvent;
  failure_rate_exceeded: BreakerEvent;
  slow_call_rate_exceeded: BreakerEvent;
}

/** Called with the event; one that throws is reported once and not called again. */
export type BreakerListener<E extends keyof BreakerEvents> = (event: BreakerEvents[E]) => void;
