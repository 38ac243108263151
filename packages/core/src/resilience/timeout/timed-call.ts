import { SopError } from "../../errors.js";
import type { Clock } from "../../ports/clock.js";
import type { Call } from "../call.js";
import { discard } from "../discard.js";
import type { Outcome } from "../outcome.js";
import { Scope } from "../scope.js";
import { type DelayEntry, type DelayLine, OUTSIDE } from "./delay-line.js";

/** What the calls of one `timeout` share. */
export interface TimedOwner {
  readonly clock: Clock;
  readonly line: DelayLine;
  /** Milliseconds. */
  readonly limit: number;
  timeouts: number;
}

/**
 * A call whose time is limited. A hard one tells its outcome as soon as that time is over, or it is given up, and drops what comes
 * later; any other one waits for its function. They are one class because a class that is derived twice costs a call a tenth.
 */
export class TimedCall extends Scope implements DelayEntry, Outcome {
  readonly #owner: TimedOwner;
  readonly #outcome: Outcome;
  readonly #isHard: boolean;
  due = OUTSIDE;
  lineNext: DelayEntry | undefined = undefined;
  linePrevious: DelayEntry | undefined = undefined;
  /** The error, once its time was over. */
  #expired: SopError | undefined = undefined;

  /** `outcome` of a hard call is told twice where its function settles late. */
  constructor(owner: TimedOwner, parent: Call, outcome: Outcome, isHard: boolean) {
    super(parent);
    this.#owner = owner;
    this.#outcome = outcome;
    this.#isHard = isHard;
    if (!this.aborted) owner.line.add(this);
  }

  override get deadline(): number {
    const { clock, line } = this.#owner;
    return Math.min(this.parent.deadline, clock.monotonic() + line.remaining(this));
  }

  passed(value: unknown): unknown {
    if (this.#isHard && this.aborted) discard(value);
    this.#end();
    return this.#outcome.passed(value);
  }

  failed(error: unknown): unknown {
    this.#end();
    const expired = this.#expired;
    if (expired === undefined) return this.#outcome.failed(error);
    if (error !== expired && !this.#isHard) expired.cause = error;
    return this.#outcome.failed(expired);
  }

  /** Its time is over. */
  expire(): void {
    this.#owner.timeouts++;
    this.#expired = new SopError("SOP_TIMEOUT", `the call took longer than ${this.#owner.limit} ms`);
    this.abort(this.#expired);
  }

  override abort(reason: unknown): void {
    this.#end();
    if (this.#isHard) this.#outcome.failed(reason);
    super.abort(reason);
  }

  /** Its time no longer matters. */
  #end(): void {
    this.#owner.line.remove(this);
    this.unlink();
  }
}
