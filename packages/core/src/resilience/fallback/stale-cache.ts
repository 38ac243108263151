import type { Clock } from "../../ports/clock.js";

interface Kept {
  readonly value: unknown;
  /** On the clock's monotonic time. */
  readonly since: number;
}

/** The last good values by key: bounded in number, the least recently stored leaves first, and in age. */
export class StaleCache {
  readonly #clock: Clock;
  readonly #maxAge: number;
  readonly #maxEntries: number;
  readonly #kept = new Map<string, Kept>();

  /** `maxAge`: milliseconds. */
  constructor(clock: Clock, maxAge: number, maxEntries: number) {
    this.#clock = clock;
    this.#maxAge = maxAge;
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    return this.#kept.size;
  }

  put(key: string, value: unknown): void {
    this.#kept.delete(key);
    this.#kept.set(key, { value, since: this.#clock.monotonic() });
    if (this.#kept.size <= this.#maxEntries) return;
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
  }

  /** The value of `key`, unless it is too old. */
  get(key: string): { readonly value: unknown } | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    if (this.#clock.monotonic() - kept.since <= this.#maxAge) return kept;
    this.#kept.delete(key);
    return undefined;
  }
}
