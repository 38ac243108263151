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

/** A call whose time is limited. */
abstract class TimedCall extends Scope implements DelayEntry, Outcome {
  readonly #owner: TimedOwner;
  due = OUTSIDE;
  lineNext: DelayEntry | undefined = undefined;
  linePrevious: DelayEntry | undefined = undefined;
  /** The error, once its time was over. */
  protected expired: SopError | undefined = undefined;

  constructor(owner: TimedOwner, parent: Call) {
    super(parent);
    this.#owner = owner;
    if (!this.aborted) owner.line.add(this);
  }

  override get deadline(): number {
    const { clock, line } = this.#owner;
    return Math.min(this.parent.deadline, clock.monotonic() + line.remaining(this));
  }

  abstract passed(value: unknown): unknown;
  abstract failed(error: unknown): unknown;

  /** Its time is over. */
  expire(): void {
    this.#owner.timeouts++;
    this.expired = new SopError("SOP_TIMEOUT", `the call took longer than ${this.#owner.limit} ms`);
    this.abort(this.expired);
  }

  override abort(reason: unknown): void {
    this.end();
    super.abort(reason);
  }

  /** Its time no longer matters. */
  protected end(): void {
    this.#owner.line.remove(this);
    this.unlink();
  }
}

type Settle = (value: unknown) => void;

/** Settles a promise as soon as its time is over, or it is given up; what comes later is dropped. */
export class HardCall extends TimedCall {
  readonly #resolve: Settle;
  readonly #reject: Settle;

  constructor(owner: TimedOwner, parent: Call, resolve: Settle, reject: Settle) {
    super(owner, parent);
    this.#resolve = resolve;
    this.#reject = reject;
  }

  passed(value: unknown): void {
    if (this.aborted) discard(value);
    this.end();
    this.#resolve(value);
  }

  failed(error: unknown): void {
    this.end();
    this.#reject(error);
  }

  override abort(reason: unknown): void {
    this.#reject(reason);
    super.abort(reason);
  }
}

/** Only tells the function that its time is over, and waits for it. */
export class CooperativeCall extends TimedCall {
  readonly #outcome: Outcome;

  constructor(owner: TimedOwner, parent: Call, outcome: Outcome) {
    super(owner, parent);
    this.#outcome = outcome;
  }

  passed(value: unknown): unknown {
    this.end();
    return this.#outcome.passed(value);
  }

  failed(error: unknown): unknown {
    this.end();
    const { expired } = this;
    if (expired === undefined) return this.#outcome.failed(error);
    if (error !== expired) expired.cause = error;
    return this.#outcome.failed(expired);
  }
}
