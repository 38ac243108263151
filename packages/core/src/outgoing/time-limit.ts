import { SopError } from "../errors.js";
import type { Clock } from "../ports/clock.js";
import type { RequestContext } from "../request/request-context.js";
import { NEVER, type TimerWheel, type WheelEntry } from "../request/timer-wheel.js";

/** Milliseconds after a deadline: the request itself is told of it first, and may be given more time. */
const AFTER = 20;

/** A request is kept for as long as somebody may read an answer that was got for it, and no longer: its time may still be extended. */
const readers = new WeakMap<object, RequestContext>();

/**
 * Ends a call with the request that it is made for, and when its time is over: at the request's deadline, also where that was extended
 * or the request is answered by then, else after `timeout`. It stays until then, as an answer's body may still be on its way.
 */
export class TimeLimit implements WheelEntry {
  due: number;
  wheelNext: WheelEntry | undefined = undefined;
  wheelPrevious: WheelEntry | undefined = undefined;
  wheelSlot = -1;
  readonly #clock: Clock;
  readonly #wheel: TimerWheel;
  /** The wheel holds this until the deadline, and a request is over long before. */
  readonly #context: WeakRef<RequestContext> | undefined;
  readonly #abort = new AbortController();

  constructor(clock: Clock, wheel: TimerWheel, context: RequestContext | undefined, timeout: number) {
    this.#clock = clock;
    this.#wheel = wheel;
    const bound = context?.deadline === undefined ? undefined : context;
    this.#context = bound && new WeakRef(bound);
    const now = clock.monotonic();
    this.due = now + (bound ? bound.remaining() + AFTER : timeout);
    if (this.due < NEVER) wheel.add(this, now);
    // One signal for all reasons: to combine several costs more than the rest of the call.
    context?.signal.addEventListener("abort", () => this.#abort.abort(context.signal.reason), { once: true });
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  expire(): void {
    const left = this.#context?.deref()?.remaining() ?? 0;
    const now = this.#clock.monotonic();
    this.due = now + left + AFTER;
    if (left > 0) this.#wheel.add(this, now);
    else this.#abort.abort(new SopError("SOP_DEADLINE", "the time of an outgoing call is over"));
  }

  /** The answer is there, and its body may take as long as the request. */
  answered(body: object): void {
    const context = this.#context?.deref();
    if (context) readers.set(body, context);
  }

  /** Nothing is left to bound. */
  lift(): void {
    this.#wheel.remove(this);
  }
}
