import type { Clock, TimerHandle } from "../ports/clock.js";

/** A clock whose monotonic time never goes back: a step back counts as no time at all. */
export class SteadyClock implements Clock {
  readonly #clock: Clock;
  #last: number;
  #lost = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#last = clock.monotonic();
  }

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    const now = this.#clock.monotonic();
    if (now < this.#last) this.#lost += this.#last - now;
    this.#last = now;
    return now + this.#lost;
  }

  setTimeout(fn: () => void, ms: number, keepAlive?: boolean): TimerHandle {
    return this.#clock.setTimeout(fn, ms, keepAlive);
  }

  clearTimeout(handle: TimerHandle): void {
    this.#clock.clearTimeout(handle);
  }
}
