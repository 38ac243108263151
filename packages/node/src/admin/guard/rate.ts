const MAX_KEYS = 1_000;

/** At most `limit` events in `window` milliseconds for each key. Of keys the last 1,000 are known, so that its memory is bounded. */
export class RateLimit {
  readonly #limit: number;
  readonly #window: number;
  readonly #now: () => number;
  /** For each key when its last events were, the oldest first; keys in the order of their last use. */
  readonly #events = new Map<string, number[]>();

  /** `now` in milliseconds, of a clock that never steps. */
  constructor(limit: number, window: number, now: () => number) {
    this.#limit = limit;
    this.#window = window;
    this.#now = now;
  }

  /** Counts an event. Gives the milliseconds until one more may be, 0 where this one may: what is over the limit is not counted. */
  take(key: string): number {
    const now = this.#now();
    const events = (this.#events.get(key) ?? []).filter((at) => now - at < this.#window);
    this.#events.delete(key);
    this.#events.set(key, events);
    if (this.#events.size > MAX_KEYS) this.#forgetOldest();
    const [oldest = now] = events;
    if (events.length >= this.#limit) return Math.max(1, oldest + this.#window - now);
    events.push(now);
    return 0;
  }

  /** How many keys are known. */
  get size(): number {
    return this.#events.size;
  }

  #forgetOldest(): void {
    const [oldest] = this.#events.keys();
    if (oldest !== undefined) this.#events.delete(oldest);
  }
}
