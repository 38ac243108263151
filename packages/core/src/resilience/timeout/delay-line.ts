import type { Clock } from "../../ports/clock.js";
import { PER_REQUEST } from "../../request/timer-wheel.js";

/** What a line can hold: all but `expire` is the line's own. */
export interface DelayEntry {
  /** The whole millisecond at which it is due, on the clock's monotonic time; else {@link OUTSIDE} or {@link FRESH}. */
  due: number;
  lineNext: DelayEntry | undefined;
  linePrevious: DelayEntry | undefined;
  expire(): void;
}

/** In no line. */
export const OUTSIDE = -2;
/** In a line that has not looked at the clock since. Whole numbers, which cost no memory of their own. */
const FRESH = -1;

/**
 * One timer for all entries that wait equally long: what was added first is due first, so a list is all it takes. The clock is
 * not looked at when an entry is added but at the next tick, from which its time counts. So an entry is never early, whatever
 * blocked the event loop meanwhile, and at most two ticks late. The clock is asked for a timer only while the line holds something.
 */
export class DelayLine {
  readonly #clock: Clock;
  readonly #delay: number;
  readonly #tick: number;
  #first: DelayEntry | undefined = undefined;
  #last: DelayEntry | undefined = undefined;
  #size = 0;
  #armed = false;
  readonly #turn = (): void => this.#advance();

  /** `delay`, `tick`: milliseconds. */
  constructor(clock: Clock, delay: number, tick: number) {
    this.#clock = clock;
    this.#delay = delay;
    this.#tick = tick;
  }

  get size(): number {
    return this.#size;
  }

  add(entry: DelayEntry): void {
    entry.due = FRESH;
    entry.linePrevious = this.#last;
    if (this.#last === undefined) this.#first = entry;
    else this.#last.lineNext = entry;
    this.#last = entry;
    this.#size++;
    if (PER_REQUEST) this.#stamp(entry);
    else if (!this.#armed) this.#arm();
  }

  remove(entry: DelayEntry): void {
    if (entry.due === OUTSIDE) return;
    entry.due = OUTSIDE;
    const { lineNext, linePrevious } = entry;
    if (linePrevious === undefined) this.#first = lineNext;
    else linePrevious.lineNext = lineNext;
    if (lineNext === undefined) this.#last = linePrevious;
    else lineNext.linePrevious = linePrevious;
    entry.lineNext = undefined;
    entry.linePrevious = undefined;
    this.#size--;
  }

  /** Milliseconds until an entry is due. */
  remaining(entry: DelayEntry): number {
    return entry.due === FRESH ? this.#delay : Math.max(0, entry.due - this.#clock.monotonic());
  }

  #stamp(entry: DelayEntry): void {
    entry.due = Math.ceil(this.#clock.monotonic() + this.#delay);
    this.#clock.setTimeout(this.#turn, this.#delay + this.#tick);
  }

  #arm(): void {
    this.#armed = true;
    this.#clock.setTimeout(this.#turn, this.#tick, true);
  }

  #advance(): void {
    const now = this.#clock.monotonic();
    this.#armed = false;
    const due = Math.ceil(now + this.#delay);
    for (let fresh = this.#last; fresh?.due === FRESH; fresh = fresh.linePrevious) fresh.due = due;
    for (let entry = this.#first; entry !== undefined && entry.due !== FRESH && entry.due <= now; entry = this.#first) {
      this.remove(entry);
      entry.expire();
    }
    if (this.#size > 0 && !this.#armed && !PER_REQUEST) this.#arm();
  }
}
