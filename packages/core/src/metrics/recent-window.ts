// Log-linear buckets: 8 to an octave, from 2^-4 ms (0.0625) to 2^20 ms (17 minutes); a quantile is at most 9 % off.
const SUB = 8;
const LEAST_EXPONENT = -4;
const BUCKETS = (20 - LEAST_EXPONENT) * SUB;

/** Where a slice of time counts what: its fields by offset, then its histogram. */
const FIELDS = { requests: 0, errors: 1, panics: 2, canceled: 3, deadline_exceeded: 4, outgoing: 5 } as const;
const FIRST = 6;

/** A field of {@link RecentWindow}. */
export type RecentField = keyof typeof FIELDS;

/** Totals over a span of time. */
export interface RecentTotals extends Record<RecentField, number> {
  /** The duration below which the share `q` (0..1) of the requests lies, in milliseconds; `undefined` without any. */
  quantile(q: number): number | undefined;
}

interface Slice {
  /** Number of the slice since time began, -1 while it was never used. */
  epoch: number;
  readonly cells: Float64Array;
}

/** The last two windows of requests as a ring of slices: writers count, readers compute. */
export class RecentWindow {
  readonly window: number;
  readonly #slice: number;
  readonly #slices: number;
  readonly #ring: Slice[];

  /** `window` in milliseconds, cut into `slices` a window. */
  constructor(window: number, slices = 6) {
    this.window = window;
    this.#slice = window / slices;
    this.#slices = slices;
    this.#ring = Array.from({ length: slices * 2 + 1 }, () => ({
      epoch: -1,
      cells: new Float64Array(FIRST + BUCKETS),
    }));
  }

  /** Counts an ended request. */
  record(now: number, milliseconds: number, serverError: boolean): void {
    const cells = this.#at(now);
    (cells[FIELDS.requests] as number)++;
    if (serverError) (cells[FIELDS.errors] as number)++;
    (cells[FIRST + bucketOf(milliseconds)] as number)++;
  }

  /** Counts one of the other fields. */
  count(now: number, field: RecentField): void {
    (this.#at(now)[FIELDS[field]] as number)++;
  }

  /** Totals of the window that ends now (`back` 0) or of the one before (`back` 1). */
  read(now: number, back: 0 | 1): RecentTotals {
    const last = Math.floor(now / this.#slice) - back * this.#slices;
    const totals = new Float64Array(FIRST + BUCKETS);
    for (const { epoch, cells } of this.#ring) {
      if (epoch < 0 || epoch > last || epoch <= last - this.#slices) continue;
      for (let i = 0; i < totals.length; i++) (totals[i] as number) += cells[i] as number;
    }
    const [requests = 0, errors = 0, panics = 0, canceled = 0, deadline_exceeded = 0, outgoing = 0] = totals;
    const counts = { requests, errors, panics, canceled, deadline_exceeded, outgoing };
    return { ...counts, quantile: (q) => quantile(totals, requests, q) };
  }

  #at(now: number): Float64Array {
    const epoch = Math.floor(now / this.#slice);
    const slice = this.#ring[epoch % this.#ring.length] as Slice;
    if (slice.epoch !== epoch) {
      slice.epoch = epoch;
      slice.cells.fill(0);
    }
    return slice.cells;
  }
}

function bucketOf(milliseconds: number): number {
  const bucket = Math.floor((Math.log2(milliseconds) - LEAST_EXPONENT) * SUB);
  return bucket > 0 ? Math.min(bucket, BUCKETS - 1) : 0;
}

function quantile(totals: Float64Array, requests: number, q: number): number | undefined {
  const rank = Math.max(1, Math.ceil(q * requests));
  let seen = 0;
  for (let i = FIRST; i < totals.length; i++) {
    seen += totals[i] as number;
    // The geometric middle of the bucket.
    if (seen >= rank) return 2 ** ((i - FIRST + 0.5) / SUB + LEAST_EXPONENT);
  }
  return undefined;
}
