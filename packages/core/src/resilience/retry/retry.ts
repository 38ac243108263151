import { OptionCheck } from "../../options/check.js";
import type { Call, ExecuteOptions, Task } from "../call.js";
import { discard } from "../discard.js";
import { execute } from "../execute.js";
import type { Policy } from "../policy.js";
import { started } from "../settle.js";
import { Attempt } from "./attempt.js";
import { longestWait, waitBefore } from "./backoff.js";
import { RETRY_OPTION_NAMES, type RetryOptions, type RetrySettings, readRetryOptions } from "./options.js";
import { retryAfterOf } from "./retry-after.js";
import type { RetryBudget } from "./retry-budget.js";
import { sleep } from "./sleep.js";

/** Makes a call again when it failed. Made by `retry`. */
export class RetryPolicy implements Policy {
  readonly kind = "retry";
  readonly #settings: RetrySettings;
  #retries = 0;

  constructor(settings: RetrySettings) {
    this.#settings = settings;
  }

  /** How often a call is made at most. */
  get attempts(): number {
    return this.#settings.attempts;
  }

  /** What limits the retries; `undefined` where nothing does. */
  get budget(): RetryBudget | undefined {
    return this.#settings.budget;
  }

  /** Calls that were made again, since the start. */
  get retries(): number {
    return this.#retries;
  }

  /** The wait before the second attempt, on average; milliseconds. */
  get averageWait(): number {
    return longestWait(this.#settings, 2) / 2;
  }

  execute<T>(task: Task<T>, options?: ExecuteOptions): Promise<T> {
    return execute(this, task, options);
  }

  run<T>(task: Task<T>, call: Call): Promise<T> {
    const { budget, idempotent } = this.#settings;
    budget?.deposit();
    return (call.idempotent ?? idempotent) ? this.#try(task, call, 1) : started(task, call);
  }

  #try<T>(task: Task<T>, call: Call, made: number): Promise<T> {
    const { retryResult } = this.#settings;
    const attempt = made === 1 ? call : new Attempt(call, call.attempt + made - 1);
    const failed = (error: unknown): Promise<T> => {
      const wait = this.#isRepeatable(error) ? this.#mayRepeat(call, made, error) : undefined;
      return wait === undefined ? Promise.reject(error) : this.#again(task, call, made, wait);
    };
    if (retryResult === undefined) return started(task, attempt).then(undefined, failed);
    return started(task, attempt).then((value) => {
      const wait = retryResult(value) ? this.#mayRepeat(call, made, value) : undefined;
      if (wait === undefined) return value;
      discard(value);
      return this.#again(task, call, made, wait);
    }, failed);
  }

  #again<T>(task: Task<T>, call: Call, made: number, wait: number): Promise<T> {
    return sleep(this.#settings.clock, wait, call).then(() => {
      this.#retries++;
      return this.#try(task, call, made + 1);
    });
  }

  #isRepeatable(error: unknown): boolean {
    const { code } = (error ?? {}) as { readonly code?: unknown };
    return code !== "SOP_BREAKER_OPEN" && this.#settings.retryOn(error);
  }

  /** Milliseconds until the call may be made again, `undefined` where it may not. `answer`: what came of the last attempt. */
  #mayRepeat(call: Call, made: number, answer: unknown): number | undefined {
    const { attempts, maxRetryAfter, clock, budget } = this.#settings;
    if (made >= attempts || call.aborted) return undefined;
    const asked = retryAfterOf(answer, clock.now()) ?? 0;
    if (asked > maxRetryAfter) return undefined;
    const wait = Math.max(asked, waitBefore(this.#settings, made + 1));
    if (call.deadline !== Number.POSITIVE_INFINITY && clock.monotonic() + wait >= call.deadline) return undefined;
    return budget === undefined || budget.withdraw() ? wait : undefined;
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
