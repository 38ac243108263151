/** Upper bounds of the duration buckets in seconds, each inclusive; what is slower falls into `+Inf`. */
export const DURATION_BUCKETS: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10];

const BUCKETS = DURATION_BUCKETS.length + 1;
const ROW = BUCKETS + 1;
const BOUNDS = Float64Array.from(DURATION_BUCKETS, (seconds) => seconds * 1_000);

/** Histograms as rows of one typed array: the counts of all buckets, then the sum in milliseconds. */
export class HistogramTable {
  #cells: Float64Array;
  #rows = 0;
  readonly #max: number;

  /** `max`: the most rows the table may have. */
  constructor(max: number) {
    this.#max = max;
    this.#cells = new Float64Array(Math.min(max, 16) * ROW);
  }

  get rows(): number {
    return this.#rows;
  }

  /** The number of a new row, or -1 where the table is full. */
  addRow(): number {
    if (this.#rows === this.#max) return -1;
    if ((this.#rows + 1) * ROW > this.#cells.length) {
      const grown = new Float64Array(Math.min(this.#max * ROW, this.#cells.length * 2));
      grown.set(this.#cells);
      this.#cells = grown;
    }
    return this.#rows++;
  }

  record(row: number, milliseconds: number): void {
    const base = row * ROW;
    let bucket = 0;
    while (bucket < BUCKETS - 1 && milliseconds > (BOUNDS[bucket] as number)) bucket++;
    (this.#cells[base + bucket] as number)++;
    (this.#cells[base + BUCKETS] as number) += milliseconds;
  }

  /** The counts of a row by bucket (not cumulative, the last is `+Inf`), their total, and the sum in seconds. */
  read(row: number): { buckets: number[]; count: number; sum: number } {
    const base = row * ROW;
    const buckets = Array.from(this.#cells.subarray(base, base + BUCKETS));
    return {
      buckets,
      count: buckets.reduce((total, n) => total + n, 0),
      sum: (this.#cells[base + BUCKETS] as number) / 1_000,
    };
  }
}
