import { property } from "../../request/panic.js";
import type { Call, Task } from "../call.js";
import { discard } from "../discard.js";
import type { Inner, Outcome } from "../outcome.js";
import { Attempt } from "./attempt.js";
import { waitBefore } from "./backoff.js";
import type { RetrySettings } from "./options.js";
import { retryAfterOf } from "./retry-after.js";
import { sleep } from "./sleep.js";

/** What the calls of one `retry` share. */
export interface RetryOwner {
  readonly settings: RetrySettings;
  retries: number;
}

/** One call and its attempts. */
export class Tries implements Outcome {
  readonly #owner: RetryOwner;
  readonly #inner: Inner;
  readonly #task: Task<unknown>;
  readonly #call: Call;
  readonly #outcome: Outcome;
  #made = 1;

  constructor(owner: RetryOwner, inner: Inner, task: Task<unknown>, call: Call, outcome: Outcome) {
    this.#owner = owner;
    this.#inner = inner;
    this.#task = task;
    this.#call = call;
    this.#outcome = outcome;
  }

  passed(value: unknown): unknown {
    const { retryResult } = this.#owner.settings;
    if (retryResult === undefined) return this.#outcome.passed(value);
    let wait: number | undefined;
    try {
      wait = retryResult(value) ? this.#mayRepeat(value) : undefined;
    } catch (error) {
      return this.#outcome.failed(error);
    }
    if (wait === undefined) return this.#outcome.passed(value);
    discard(value);
    return this.#again(wait);
  }

  failed(error: unknown): unknown {
    let wait: number | undefined;
    try {
      wait = this.#isRepeatable(error) ? this.#mayRepeat(error) : undefined;
    } catch (second) {
      return this.#outcome.failed(second);
    }
    return wait === undefined ? this.#outcome.failed(error) : this.#again(wait);
  }

  #isRepeatable(error: unknown): boolean {
    return property(error, "code") !== "SOP_BREAKER_OPEN" && this.#owner.settings.retryOn(error);
  }

  /** Milliseconds until the call may be made again, `undefined` where it may not. `answer`: what came of the last attempt. */
  #mayRepeat(answer: unknown): number | undefined {
    const { settings } = this.#owner;
    const { clock, budget } = settings;
    if (this.#made >= settings.attempts || this.#call.aborted) return undefined;
    const asked = retryAfterOf(answer, clock.now()) ?? 0;
    if (asked > settings.maxRetryAfter) return undefined;
    const wait = Math.max(asked, waitBefore(settings, this.#made + 1));
    const { deadline } = this.#call;
    if (deadline !== Number.POSITIVE_INFINITY && clock.monotonic() + wait >= deadline) return undefined;
    return budget === undefined || budget.withdraw() ? wait : undefined;
  }

  #again(wait: number): Promise<unknown> {
    return sleep(this.#owner.settings.clock, wait, this.#call).then(
      () => {
        this.#made++;
        this.#owner.retries++;
        return this.#inner.start(this.#task, new Attempt(this.#call, this.#call.attempt + this.#made - 1), this);
      },
      (reason: unknown) => this.#outcome.failed(reason),
    );
  }
}
