import { OptionCheck } from "../../options/check.js";
import type { Call, Task } from "../call.js";
import { Guard } from "../guard.js";
import type { Inner, Outcome } from "../outcome.js";
import { longestWait } from "./backoff.js";
import { RETRY_OPTION_NAMES, type RetryOptions, type RetrySettings, readRetryOptions } from "./options.js";
import type { RetryBudget } from "./retry-budget.js";
import { type RetryOwner, Tries } from "./tries.js";

/** Makes a call again when it failed. Made by `retry`. */
export class RetryPolicy extends Guard {
  readonly kind = "retry";
  readonly #owner: RetryOwner;

  constructor(settings: RetrySettings) {
    super();
    this.#owner = { settings, retries: 0 };
  }

  /** How often a call is made at most. */
  get attempts(): number {
    return this.#owner.settings.attempts;
  }

  /** What limits the retries; `undefined` where nothing does. */
  get budget(): RetryBudget | undefined {
    return this.#owner.settings.budget;
  }

  /** Calls that were made again, since the start. */
  get retries(): number {
    return this.#owner.retries;
  }

  /** The wait before the second attempt, on average; milliseconds. */
  get averageWait(): number {
    return longestWait(this.#owner.settings, 2) / 2;
  }

  start(inner: Inner, task: Task<unknown>, call: Call, outcome: Outcome): Promise<unknown> {
    const { budget, idempotent } = this.#owner.settings;
    budget?.deposit();
    const isRepeatable = call.idempotent ?? idempotent;
    return inner.start(task, call, isRepeatable ? new Tries(this.#owner, inner, task, call, outcome) : outcome);
  }
}

/**
 * Makes a call again that failed, after a wait of random length, as long as its budget and the deadline allow. It fails with the last
 * attempt's own error. Only calls that are declared idempotent are made again, and none that was given up. Throws
 * `SOP_ERR_OPTION` for options that are wrong.
 */
export function retry(options: RetryOptions = {}): RetryPolicy {
  const check = new OptionCheck(options, "", RETRY_OPTION_NAMES);
  const settings = readRetryOptions(check);
  check.done();
  return new RetryPolicy(settings);
}
