import type { TimerHandle } from "../../ports/clock.js";
import { property } from "../../request/panic.js";
import type { AbortListener, Call, Task } from "../call.js";
import { discard } from "../discard.js";
import type { Inner, Outcome } from "../outcome.js";
import { Attempt } from "./attempt.js";
import { waitBefore } from "./backoff.js";
import type { RetrySettings } from "./options.js";
import { retryAfterOf } from "./retry-after.js";

/** What the calls of one `retry` share. */
export interface RetryOwner {
  readonly settings: RetrySettings;
  retries: number;
}

/** One call and its attempts. */
export class Tries implements Outcome, AbortListener {
  nextListener: AbortListener | undefined = undefined;
  readonly #owner: RetryOwner;
  readonly #inner: Inner;
  readonly #task: Task<unknown>;
  readonly #call: Call;
  readonly #outcome: Outcome;
  #made = 1;
  #timer: TimerHandle = undefined;

  constructor(owner: RetryOwner, inner: Inner, task: Task<unknown>, call: Call, outcome: Outcome) {
    this.#owner = owner;
    this.#inner = inner;
    this.#task = task;
    this.#call = call;
    this.#outcome = outcome;
  }

  passed(value: unknown): void {
    const { retryResult } = this.#owner.settings;
    if (retryResult === undefined) {
      this.#outcome.passed(value);
      return;
    }
    let wait: number | undefined;
    try {
      wait = retryResult(value) ? this.#mayRepeat(value) : undefined;
    } catch (error) {
      this.#outcome.failed(error);
      return;
    }
    if (wait === undefined) this.#outcome.passed(value);
    else {
      discard(value);
      this.#sleep(wait);
    }
  }

  failed(error: unknown): void {
    let wait: number | undefined;
    try {
      wait = this.#isRepeatable(error) ? this.#mayRepeat(error) : undefined;
    } catch (second) {
      this.#outcome.failed(second);
      return;
    }
    if (wait === undefined) this.#outcome.failed(error);
    else this.#sleep(wait);
  }

  /** The call was given up while it waited for its next attempt. */
  abort(reason: unknown): void {
    this.#owner.settings.clock.clearTimeout(this.#timer);
    this.#outcome.failed(reason);
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

  #sleep(ms: number): void {
    this.#call.onAbort(this);
    this.#timer = this.#owner.settings.clock.setTimeout(() => this.#again(), ms, true);
  }

  #again(): void {
    this.#call.offAbort(this);
    this.#made++;
    this.#owner.retries++;
    this.#inner.start(this.#task, new Attempt(this.#call, this.#call.attempt + this.#made - 1), this);
  }
}
