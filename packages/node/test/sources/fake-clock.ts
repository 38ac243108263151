import type { Clock, TimerHandle } from "@sop/core";

interface Timer {
  readonly due: number;
  readonly fn: () => void;
}

/** Time that passes only when told to. */
export class FakeClock implements Clock {
  #now = 1_000_000;
  #timers: readonly Timer[] = [];

  get pending(): number {
    return this.#timers.length;
  }

  now(): number {
    return 1_700_000_000_000 + this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  setTimeout(fn: () => void, ms: number): TimerHandle {
    const timer: Timer = { due: this.#now + ms, fn };
    this.#timers = [...this.#timers, timer];
    return timer;
  }

  clearTimeout(handle: TimerHandle): void {
    this.#timers = this.#timers.filter((timer) => timer !== handle);
  }

  /** Lets `ms` milliseconds pass, calling what becomes due in its order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = this.#timers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due);
      if (next === undefined) break;
      this.clearTimeout(next);
      this.#now = Math.max(this.#now, next.due);
      next.fn();
    }
    this.#now = end;
  }
}
