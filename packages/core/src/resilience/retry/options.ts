import type { OptionCheck } from "../../options/check.js";
import type { Duration } from "../../options/duration.js";
import type { Clock } from "../../ports/clock.js";
import { readClock } from "../ports.js";
import { type RetryBudget, type RetryBudgetOptions, readBudget } from "./retry-budget.js";
import { isWorthRetrying } from "./worth-retrying.js";

/** Options of `retry`. Everything has a default. */
export interface RetryOptions {
  /** How often a call is made at most, the first time included, 2 to 100. Default 3. */
  readonly attempts?: number;
  /** The longest wait before the second attempt; it doubles with each further one. 0 to 1 h, default 100 ms. */
  readonly delay?: Duration;
  /** What that doubling ends at, at least `delay`. Default 10 s, or `delay` where that is longer. */
  readonly maxDelay?: Duration;
  /** The longest `Retry-After` that is waited for; a call that is asked to wait longer fails at once. 0 to 24 h, default 30 s. */
  readonly maxRetryAfter?: Duration;
  /**
   * Whether calls may be made twice. Default false: only calls that say so of themselves, by `execute(task, { idempotent: true })`,
   * are repeated. What a call says goes before this.
   */
  readonly idempotent?: boolean;
  /** How much may be repeated; `false`: without a limit. Default: a budget of its own, with the defaults of `retryBudget`. */
  readonly budget?: RetryBudgetOptions | RetryBudget | false;
  /**
   * Whether a failure is worth another attempt. Default: all but refusals of policies, and client errors (`status` 400 to 499) other
   * than 408, 425 and 429. An open breaker is never asked again.
   */
  readonly retryOn?: (error: unknown) => boolean;
  /** Whether a value is a failure that is worth another attempt, such as a response with status 503. Default: none is. */
  readonly retryResult?: (value: unknown) => boolean;
  readonly clock?: Clock;
  /** 0..1, 1 left out. Default `Math.random`. */
  readonly random?: () => number;
}

/** The names of all options. */
export const RETRY_OPTION_NAMES = [
  "attempts",
  "delay",
  "maxDelay",
  "maxRetryAfter",
  "idempotent",
  "budget",
  "retryOn",
  "retryResult",
  "clock",
  "random",
] as const satisfies readonly (keyof RetryOptions)[];

/** Options with every default filled in; durations in milliseconds. */
export interface RetrySettings {
  readonly attempts: number;
  readonly delay: number;
  readonly maxDelay: number;
  readonly maxRetryAfter: number;
  readonly idempotent: boolean;
  readonly budget: RetryBudget | undefined;
  readonly retryOn: (error: unknown) => boolean;
  readonly retryResult: ((value: unknown) => boolean) | undefined;
  readonly clock: Clock;
  readonly random: () => number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Reads the options of `retry`; problems are collected in `check`. */
export function readRetryOptions(check: OptionCheck): RetrySettings {
  const clock = readClock(check);
  const delay = check.duration("delay", 100, 0, HOUR);
  return {
    attempts: check.integer("attempts", 3, 2, 100),
    delay,
    maxDelay: check.duration("maxDelay", Math.max(10_000, delay), delay, HOUR),
    maxRetryAfter: check.duration("maxRetryAfter", 30_000, 0, DAY),
    idempotent: check.flag("idempotent", false),
    budget: readBudget(check, clock),
    retryOn: check.fn<(error: unknown) => boolean>("retryOn") ?? isWorthRetrying,
    retryResult: check.fn("retryResult"),
    clock,
    random: check.fn<() => number>("random") ?? Math.random,
  };
}
