// Log-linear buckets: 8 to an octave, from 2^-4 ms (0.0625) to 2^20 ms (17 minutes); a quantile is at most 9 % off.
const SUB = 8;
const LEAST_EXPONENT = -4;
const BUCKETS = (20 - LEAST_EXPONENT) * SUB;

/** What one slice of time holds beside its histogram, by offset. */
const FIELDS = { requests: 0, errors: 1, panics: 2, canceled: 3, deadline: 4 } as const;
const STRIDE = 5;

/** A field of {@link RecentWindow}. */
export type RecentField = keyof typeof FIELDS;

/** Totals over a span of time. */
export interface RecentTotals extends Record<RecentField, number> {
  /** The duration below which the share `q` (0..1) of the requests lies, in milliseconds; `undefined` without any. */
  quantile(q: number): number | undefined;
}

/** The last two windows of requests as a ring of slices: writers count, readers compute. */
export class RecentWindow {
  readonly window: number;
  readonly #slice: number;
  readonly #slices: number;
  readonly #epochs: Float64Array;
  readonly #fields: Float64Array;
  readonly #buckets: Uint32Array;

  /** `window` in milliseconds, cut into `slices` a window. */
  constructor(window: number, slices = 6) {
    this.window = window;
    this.#slice = window / slices;
    this.#slices = slices;
    const ring = slices * 2 + 1;
    this.#epochs = new Float64Array(ring).fill(-1);
    this.#fields = new Float64Array(ring * STRIDE);
    this.#buckets = new Uint32Array(ring * BUCKETS);
  }

  /** Counts an ended request. */
  record(now: number, milliseconds: number, serverError: boolean): void {
    const slot = this.#slotAt(now);
    (this.#fields[slot * STRIDE] as number)++;
    if (serverError) (this.#fields[slot * STRIDE + FIELDS.errors] as number)++;
    (this.#buckets[slot * BUCKETS + bucketOf(milliseconds)] as number)++;
  }

  /** Counts one of the other fields. */
  count(now: number, field: RecentField): void {
    (this.#fields[this.#slotAt(now) * STRIDE + FIELDS[field]] as number)++;
  }

  /** Totals of the window that ends now (`back` 0) or of the one before (`back` 1). */
  read(now: number, back: 0 | 1): RecentTotals {
    const last = Math.floor(now / this.#slice) - back * this.#slices;
    const fields = new Float64Array(STRIDE);
    const buckets = new Float64Array(BUCKETS);
    for (let epoch = last - this.#slices + 1; epoch <= last; epoch++) {
      const slot = epoch < 0 ? -1 : epoch % this.#epochs.length;
      if (slot === -1 || this.#epochs[slot] !== epoch) continue;
      for (let i = 0; i < STRIDE; i++) (fields[i] as number) += this.#fields[slot * STRIDE + i] as number;
      for (let i = 0; i < BUCKETS; i++) (buckets[i] as number) += this.#buckets[slot * BUCKETS + i] as number;
    }
    const field = (name: RecentField): number => fields[FIELDS[name]] as number;
    return {
      requests: field("requests"),
      errors: field("errors"),
      panics: field("panics"),
      canceled: field("canceled"),
      deadline: field("deadline"),
      quantile: (q) => quantile(buckets, field("requests"), q),
    };
  }

  #slotAt(now: number): number {
    const epoch = Math.floor(now / this.#slice);
    const slot = epoch % this.#epochs.length;
    if (this.#epochs[slot] !== epoch) {
      this.#epochs[slot] = epoch;
      this.#fields.fill(0, slot * STRIDE, (slot + 1) * STRIDE);
      this.#buckets.fill(0, slot * BUCKETS, (slot + 1) * BUCKETS);
    }
    return slot;
  }
}

function bucketOf(milliseconds: number): number {
  const bucket = Math.floor((Math.log2(milliseconds) - LEAST_EXPONENT) * SUB);
  return bucket > 0 ? Math.min(bucket, BUCKETS - 1) : 0;
}

function quantile(buckets: Float64Array, total: number, q: number): number | undefined {
  if (total === 0) return undefined;
  const rank = Math.max(1, Math.ceil(q * total));
  let seen = 0;
  for (let i = 0; i < buckets.length; i++) {
    seen += buckets[i] as number;
    // The geometric middle of the bucket.
    if (seen >= rank) return 2 ** ((i + 0.5) / SUB + LEAST_EXPONENT);
  }
  return undefined;
}
