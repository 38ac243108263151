const KEPT = 128;
/** A quantile is computed anew after so many durations. */
const RENEWED = 16;

/** A quantile of the last 128 durations, at most 16 of them out of date. Adding is O(1) on average. */
export class Latency {
  readonly #share: number;
  readonly #ring = new Float64Array(KEPT);
  #added = 0;
  #quantile: number | undefined = undefined;

  /** `share`: 0..1. */
  constructor(share: number) {
    this.#share = share;
  }

  /** Milliseconds; `undefined` before the first 16 durations. */
  get quantile(): number | undefined {
    return this.#quantile;
  }

  /** What is below 0 counts as 0. */
  add(duration: number): void {
    this.#ring[this.#added % KEPT] = Math.max(0, duration);
    this.#added++;
    if (this.#added % RENEWED !== 0) return;
    const sorted = this.#ring.slice(0, Math.min(this.#added, KEPT)).sort();
    this.#quantile = sorted[Math.ceil(this.#share * sorted.length) - 1] as number;
  }
}
