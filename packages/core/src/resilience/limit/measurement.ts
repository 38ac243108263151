import type { ErrorCode } from "../../errors.js";
import type { Clock } from "../../ports/clock.js";
import { property } from "../../request/panic.js";
import type { PermitOwner } from "../permit.js";
import type { Limiter, LimitOutcome } from "./limiter.js";

/** What says that there is too much to do: our own codes, and HTTP's statuses for it. */
const DROP_CODES: readonly unknown[] = ["SOP_TIMEOUT", "SOP_DEADLINE", "SOP_OVERLOAD"] satisfies ErrorCode[];
const DROP_STATUSES: readonly unknown[] = [429, 503, 504];

/** Tells a limiter how a call ended, and after how long. */
export class Measurement implements PermitOwner {
  readonly #limiter: Limiter;
  readonly #clock: Clock;
  readonly #since: number;

  constructor(limiter: Limiter, clock: Clock) {
    this.#limiter = limiter;
    this.#clock = clock;
    this.#since = clock.monotonic();
  }

  succeeded(): void {
    this.#release("success");
  }

  broke(error: unknown): void {
    this.#release(outcomeOf(error));
  }

  abandoned(reason: unknown): void {
    this.#release(outcomeOf(reason));
  }

  returned(): void {}

  #release(outcome: LimitOutcome): void {
    const now = this.#clock.monotonic();
    this.#limiter.release(outcome, now - this.#since, now);
  }
}

function outcomeOf(error: unknown): LimitOutcome {
  const status = property(error, "status") ?? property(error, "statusCode");
  return DROP_CODES.includes(property(error, "code")) || DROP_STATUSES.includes(status) ? "dropped" : "ignored";
}
