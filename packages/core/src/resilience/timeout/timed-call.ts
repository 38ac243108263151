import { SopError } from "../../errors.js";
import type { Clock } from "../../ports/clock.js";
import { NEVER } from "../../request/timer-wheel.js";
import type { Call } from "../call.js";
import { discard } from "../discard.js";
import type { Failing } from "../handoff.js";
import type { Outcome } from "../outcome.js";
import { Scope } from "../scope.js";
import type { DelayEntry, DelayLine } from "./delay-line.js";

/** What the calls of one `timeout` share. */
export interface TimedOwner {
  readonly clock: Clock;
  readonly line: DelayLine;
  /** Milliseconds. */
  readonly limit: number;
  timeouts: number;
}

/** A call whose time is limited. */
export class TimedCall extends Scope implements DelayEntry, Outcome {
  readonly #owner: TimedOwner;
  readonly #outcome: Outcome;
  /** Is told of an abort at once; `undefined` where the function is waited for. */
  readonly #cut: Failing | undefined;
  due = NEVER;
  lineNext: DelayEntry | undefined = undefined;
  linePrevious: DelayEntry | undefined = undefined;
  inLine = false;
  #isTold = false;
  #expired: SopError | undefined = undefined;

  constructor(owner: TimedOwner, parent: Call, outcome: Outcome, cut: Failing | undefined) {
    super(parent);
    this.#owner = owner;
    this.#outcome = outcome;
    this.#cut = cut;
    if (!this.aborted) owner.line.add(this);
  }

  override get deadline(): number {
    const { clock, line } = this.#owner;
    return Math.min(this.parent.deadline, clock.monotonic() + line.remaining(this));
  }

  passed(value: unknown): void {
    if (this.#isTold) discard(value);
    else {
      this.#end();
      this.#outcome.passed(value);
    }
  }

  failed(error: unknown): void {
    if (this.#isTold) return;
    this.#end();
    this.#outcome.failed(this.#expired === undefined ? error : because(this.#expired, error));
  }

  /** Its time is over. */
  expire(): void {
    this.#owner.timeouts++;
    this.#expired = new SopError("SOP_TIMEOUT", `the call took longer than ${this.#owner.limit} ms`);
    this.abort(this.#expired);
  }

  override abort(reason: unknown): void {
    this.#owner.line.remove(this);
    if (this.#cut !== undefined && !this.#isTold) {
      this.#end();
      this.#cut.failed(reason);
    }
    super.abort(reason);
  }

  #end(): void {
    this.#isTold = true;
    this.#owner.line.remove(this);
    this.unlink();
  }
}

function because(expired: SopError, error: unknown): SopError {
  if (error !== expired) expired.cause = error;
  return expired;
}
