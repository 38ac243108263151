import { OptionCheck } from "../../options/check.js";
import type { Clock } from "../../ports/clock.js";
import { readClock } from "../ports.js";

/** Options of a budget. */
export interface RetryBudgetOptions {
  /** Retries a call, 0 to 1, in steps of 0.001. Default 0.2: one retry for five calls. */
  readonly ratio?: number;
  /** Retries a second whatever the number of calls is, 0 to 1,000, so that a quiet service may retry as well. Default 1. */
  readonly minPerSecond?: number;
  /** The most that can be saved, 1 to 100,000. A new budget is full. Default 100. */
  readonly burst?: number;
  readonly clock?: Clock;
}

/** The names of the options that are the budget's alone. */
export const BUDGET_OPTION_NAMES = ["ratio", "minPerSecond", "burst"] as const;

/** A budget's options with every default filled in. */
export interface BudgetSettings {
  readonly ratio: number;
  readonly minPerSecond: number;
  readonly burst: number;
}

/** Retries are kept in whole thousandths: sums of a fraction such as 0.2 would drift. */
const UNIT = 1_000;

/**
 * How often calls may be repeated: in any span of time at most `burst + ratio * calls + minPerSecond * seconds`. A token bucket
 * that each call fills by `ratio`, as the retry quota of the AWS SDKs, with the minimum a second of Finagle's RetryBudget. A call
 * adds to it without a look at the clock; what is saved does not go stale, because no more than `burst` can be saved.
 */
export class RetryBudget {
  readonly #share: number;
  readonly #most: number;
  readonly #perMillisecond: number;
  readonly #clock: Clock;
  #saved: number;
  #filled: number;

  constructor({ ratio, minPerSecond, burst }: BudgetSettings, clock: Clock) {
    this.#share = Math.floor(ratio * UNIT);
    this.#most = burst * UNIT;
    this.#perMillisecond = (minPerSecond * UNIT) / 1_000;
    this.#clock = clock;
    this.#saved = this.#most;
    this.#filled = clock.monotonic();
  }

  /** Retries that could be made now. */
  get left(): number {
    this.#fill();
    return Math.floor(this.#saved / UNIT);
  }

  /** A call is made for the first time. */
  deposit(): void {
    this.#saved = Math.min(this.#most, this.#saved + this.#share);
  }

  /** Takes one retry, if there is one. */
  withdraw(): boolean {
    this.#fill();
    if (this.#saved < UNIT) return false;
    this.#saved -= UNIT;
    return true;
  }

  /** A clock that went back has let no time pass. */
  #fill(): void {
    const now = this.#clock.monotonic();
    const passed = Math.max(0, now - this.#filled);
    this.#filled = now;
    this.#saved = Math.min(this.#most, this.#saved + passed * this.#perMillisecond);
  }
}

/** A budget that several policies may share. Throws `SOP_ERR_OPTION` for options that are wrong. */
export function retryBudget(options: RetryBudgetOptions = {}): RetryBudget {
  const check = new OptionCheck(options, "", [...BUDGET_OPTION_NAMES, "clock"]);
  const settings = readSettings(check);
  const clock = readClock(check);
  check.done();
  return new RetryBudget(settings, clock);
}

/** The option `budget` of a policy: a ready one, options of one, or `false` for none. */
export function readBudget(check: OptionCheck, clock: Clock): RetryBudget | undefined {
  const given = check.value("budget");
  if (given === false) return undefined;
  if (given instanceof RetryBudget) return given;
  return new RetryBudget(readSettings(check.nested("budget", BUDGET_OPTION_NAMES)), clock);
}

function readSettings(check: OptionCheck): BudgetSettings {
  return {
    ratio: check.number("ratio", 0.2, 0, 1),
    minPerSecond: check.number("minPerSecond", 1, 0, 1_000),
    burst: check.number("burst", 100, 1, 100_000),
  };
}
