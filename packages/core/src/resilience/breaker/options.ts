import type { OptionCheck } from "../../options/check.js";
import type { Duration } from "../../options/duration.js";

/** How long a breaker stays open: `initial`, then `multiplier` times as long at each opening in a row, at most `max`. */
export interface OpenBackoff {
  /** The first time, 1 ms to 24 h. */
  readonly initial: Duration;
  /** 1 to 10, default 2. */
  readonly multiplier?: number;
  /** The longest, at least `initial`. Default 60 s, or `initial` where that is longer. */
  readonly max?: Duration;
  /** Share of the time that is left to chance, 0 to 1, so that a fleet does not probe in step. Default 0.2. */
  readonly jitter?: number;
}

/** Options of a circuit breaker, in resilience4j's terms. Thresholds compare with `>=`. Everything has a default. */
export interface BreakerOptions {
  /** Share of failed calls at which it opens, above 0, at most 1. Default 0.5. */
  readonly failureRateThreshold?: number;
  /** Calls of this duration or more are slow, 1 ms to 24 h. Default: durations are not measured. */
  readonly slowCallDurationThreshold?: Duration;
  /** Share of slow calls at which it opens, above 0, at most 1. Default 1. Needs `slowCallDurationThreshold`. */
  readonly slowCallRateThreshold?: number;
  /** Failures in a row at which it opens, whatever the rates are, 1 to 100,000. Default: none. */
  readonly consecutiveFailuresThreshold?: number;
  /** What rates are taken of: the last calls (`count`, the default), or the calls of the last seconds (`time`). */
  readonly slidingWindowType?: "count" | "time";
  /** `count`: calls, 1 to 100,000, default 100. `time`: seconds, or a duration such as `"30s"`, 1 s to 1 h, default 60. */
  readonly slidingWindowSize?: number | Duration;
  /** Calls in the window before rates count, 1 to 100,000. Default 20, or the size of a smaller window of calls. */
  readonly minimumNumberOfCalls?: number;
  /**
   * How long it stays open, 1 ms to 24 h: fixed, growing, or what a function makes of the number of openings in a row (from 1).
   * What a function gives that is no such time counts as the default. Default 10 s.
   */
  readonly waitDurationInOpenState?: Duration | OpenBackoff | ((openings: number) => number);
  /** Probes in the half-open state, 1 to 1,000. Default 5. */
  readonly permittedNumberOfCallsInHalfOpenState?: number;
  /** Share of failed probes at which it opens again, above 0, at most 1. Default: `failureRateThreshold`. */
  readonly halfOpenFailureRateThreshold?: number;
  /** When this is over and the probes have not decided, it opens again: one that hangs wedges nothing. 1 ms to 24 h, default 30 s. */
  readonly maxWaitDurationInHalfOpenState?: Duration;
  /** Once closed again, the share of calls let through grows from a tenth to all over this time, 0 to 1 h. Default 0: all at once. */
  readonly recloseDuration?: Duration;
  /** Whether an error counts as a failure; else the call counts as a success. Default: each does. */
  readonly recordError?: (error: unknown) => boolean;
  /** Whether an error counts as nothing at all. Asked first. Default: none does. */
  readonly ignoreError?: (error: unknown) => boolean;
  /** How much a failure counts, 0 to 10, in steps of 0.1; what is no such number counts as 1. Default 1. */
  readonly errorWeight?: (error: unknown) => number;
  /** Whether a value that was returned is a failure, such as a response with status 503. Default: none is. */
  readonly recordResult?: (value: unknown) => boolean;
  /** Captures the caller's stack at each refusal, which then costs three times as much. Default false. */
  readonly refusalStack?: boolean;
}

/** The names of all options. */
export const BREAKER_OPTION_NAMES = [
  "failureRateThreshold",
  "slowCallDurationThreshold",
  "slowCallRateThreshold",
  "consecutiveFailuresThreshold",
  "slidingWindowType",
  "slidingWindowSize",
  "minimumNumberOfCalls",
  "waitDurationInOpenState",
  "permittedNumberOfCallsInHalfOpenState",
  "halfOpenFailureRateThreshold",
  "maxWaitDurationInHalfOpenState",
  "recloseDuration",
  "recordError",
  "ignoreError",
  "errorWeight",
  "recordResult",
  "refusalStack",
] as const satisfies readonly (keyof BreakerOptions)[];

/** Options with every default filled in; durations in milliseconds. */
export interface BreakerSettings {
  readonly failureRate: number;
  /** `Infinity` where durations are not measured. */
  readonly slowAfter: number;
  readonly slowRate: number;
  /** `Infinity` where there is none. */
  readonly consecutive: number;
  readonly windowType: "count" | "time";
  /** Calls, or milliseconds. */
  readonly windowSize: number;
  readonly minimum: number;
  /** The time of the n-th opening in a row; `chance`: 0..1. */
  readonly wait: (openings: number, chance: number) => number;
  readonly probes: number;
  readonly probeFailureRate: number;
  readonly probeWait: number;
  readonly reclose: number;
  readonly recordError: ((error: unknown) => boolean) | undefined;
  readonly ignoreError: ((error: unknown) => boolean) | undefined;
  readonly errorWeight: ((error: unknown) => number) | undefined;
  readonly recordResult: ((value: unknown) => boolean) | undefined;
  readonly refusalStack: boolean;
}

const DAY = 86_400_000;
const HOUR = 3_600_000;
const MAX_CALLS = 100_000;
/** Milliseconds. */
export const DEFAULT_WAIT = 10_000;

/** Settings by what they were read from: a thousand breakers with the same options have them once. */
const known = new Map<string, BreakerSettings>();
const MOST_KNOWN = 100;

/** Reads the options of one breaker; problems are collected in `check`. */
export function readBreakerOptions(check: OptionCheck): BreakerSettings {
  const given = BREAKER_OPTION_NAMES.map((name) => check.value(name));
  const key = given.some((value) => typeof value === "function") ? undefined : given.map(show).join();
  const settings = (key !== undefined && known.get(key)) || read(check);
  if (key !== undefined && check.isFine && known.size < MOST_KNOWN) known.set(key, settings);
  return settings;
}

function show(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : `${typeof value} ${String(value)}`;
}

function read(check: OptionCheck): BreakerSettings {
  const windowType = check.oneOf("slidingWindowType", ["count", "time"], "count");
  const windowSize =
    windowType === "count"
      ? check.integer("slidingWindowSize", 100, 1, MAX_CALLS)
      : check.seconds("slidingWindowSize", 60_000, 1_000, HOUR);
  const most = windowType === "count" ? windowSize : MAX_CALLS;
  const minimum = check.integer("minimumNumberOfCalls", Math.min(20, most), 1, MAX_CALLS);
  if (minimum > most)
    check.reject("minimumNumberOfCalls", `at most slidingWindowSize, which is ${most}: it could never trip`);
  const slowAfter = check.duration("slowCallDurationThreshold", Number.POSITIVE_INFINITY, 1, DAY);
  if (slowAfter === Number.POSITIVE_INFINITY && check.value("slowCallRateThreshold") !== undefined) {
    check.reject(
      "slowCallRateThreshold",
      "slowCallDurationThreshold beside it: without it no call is slow and it could never trip",
    );
  }
  const failureRate = check.share("failureRateThreshold", 0.5);
  return {
    failureRate,
    slowAfter,
    slowRate: check.share("slowCallRateThreshold", 1),
    consecutive: check.integer("consecutiveFailuresThreshold", Number.POSITIVE_INFINITY, 1, MAX_CALLS),
    windowType,
    windowSize,
    minimum,
    wait: readWait(check),
    probes: check.integer("permittedNumberOfCallsInHalfOpenState", 5, 1, 1_000),
    probeFailureRate: check.share("halfOpenFailureRateThreshold", failureRate),
    probeWait: check.duration("maxWaitDurationInHalfOpenState", 30_000, 1, DAY),
    reclose: check.duration("recloseDuration", 0, 0, HOUR),
    recordError: check.fn("recordError"),
    ignoreError: check.fn("ignoreError"),
    errorWeight: check.fn("errorWeight"),
    recordResult: check.fn("recordResult"),
    refusalStack: check.flag("refusalStack", false),
  };
}

function readWait(check: OptionCheck): BreakerSettings["wait"] {
  const given = check.value("waitDurationInOpenState");
  if (typeof given === "function") {
    return (openings) => {
      const ms: unknown = given(openings);
      return typeof ms === "number" && ms >= 1 && ms <= DAY ? ms : DEFAULT_WAIT;
    };
  }
  if (typeof given !== "object") {
    const fixed = check.duration("waitDurationInOpenState", DEFAULT_WAIT, 1, DAY);
    return () => fixed;
  }
  const backoff = check.nested("waitDurationInOpenState", ["initial", "multiplier", "max", "jitter"]);
  const initial = backoff.duration("initial", DEFAULT_WAIT, 1, DAY);
  const multiplier = backoff.number("multiplier", 2, 1, 10);
  const max = backoff.duration("max", Math.max(60_000, initial), initial, DAY);
  const jitter = backoff.number("jitter", 0.2, 0, 1);
  return (openings, chance) =>
    Math.max(1, Math.min(max, initial * multiplier ** (openings - 1)) * (1 - jitter * chance));
}
