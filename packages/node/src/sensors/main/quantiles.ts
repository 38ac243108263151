/** Milliseconds of the first bucket; what is shorter is in it too. */
const LEAST = 0.1;
/** Buckets in which a value doubles: each is 9 % wide. */
const PER_OCTAVE = 8;
/** Up to more than an hour. */
const BUCKETS = 26 * PER_OCTAVE;

/** Counts milliseconds in buckets of a fixed number, so that a quantile is there at any time and nothing is allocated for it. */
export class Quantiles {
  readonly #counts = new Float64Array(BUCKETS);
  #total = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;

  /** How many were added, by their weight. */
  get total(): number {
    return this.#total;
  }

  /** The longest that was added; 0 where there was none. */
  get max(): number {
    return this.#max;
  }

  add(milliseconds: number, weight = 1): void {
    const octaves = milliseconds > LEAST ? Math.log2(milliseconds / LEAST) : 0;
    const bucket = Math.min(BUCKETS - 1, Math.floor(octaves * PER_OCTAVE));
    this.#counts[bucket] = (this.#counts[bucket] as number) + weight;
    this.#total += weight;
    if (milliseconds < this.#min) this.#min = milliseconds;
    if (milliseconds > this.#max) this.#max = milliseconds;
  }

  /** The value that `q` of all are at or below, to within a twentieth; `NaN` where there is none. `q`: 0 to 1. */
  at(q: number): number {
    if (this.#total === 0) return Number.NaN;
    if (q >= 1) return this.#max;
    let left = q * this.#total;
    for (let i = 0; i < BUCKETS; i++) {
      left -= this.#counts[i] as number;
      if (left > 0 || this.#counts[i] === 0) continue;
      const middle = LEAST * 2 ** ((i + 0.5) / PER_OCTAVE);
      return Math.min(this.#max, Math.max(this.#min, middle));
    }
    return this.#max;
  }

  reset(): void {
    if (this.#total === 0) return;
    this.#counts.fill(0);
    this.#total = 0;
    this.#min = Number.POSITIVE_INFINITY;
    this.#max = 0;
  }
}
