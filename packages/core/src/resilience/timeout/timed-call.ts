import { SopError } from "../../errors.js";
import type { Clock } from "../../ports/clock.js";
import { NEVER } from "../../request/timer-wheel.js";
import type { Call } from "../call.js";
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
export class TimedCall extends Scope implements DelayEntry {
  readonly #owner: TimedOwner;
  due = NEVER;
  lineNext: DelayEntry | undefined = undefined;
  linePrevious: DelayEntry | undefined = undefined;
  inLine = false;
  /** Settles the promise at once; `undefined` where the function is waited for. */
  reject: ((reason: unknown) => void) | undefined = undefined;
  /** The error, once the time was over. */
  expired: SopError | undefined = undefined;

  constructor(owner: TimedOwner, parent: Call) {
    super(parent);
    this.#owner = owner;
    if (!this.aborted) owner.line.add(this);
  }

  override get deadline(): number {
    const { clock, line } = this.#owner;
    return Math.min(this.parent.deadline, clock.monotonic() + line.remaining(this));
  }

  expire(): void {
    this.#owner.timeouts++;
    this.expired = new SopError("SOP_TIMEOUT", `the call took longer than ${this.#owner.limit} ms`);
    this.abort(this.expired);
  }

  override abort(reason: unknown): void {
    super.abort(reason);
    this.end();
    this.reject?.(reason);
  }

  /** Its time no longer matters. */
  end(): void {
    this.#owner.line.remove(this);
    this.unlink();
  }
}
