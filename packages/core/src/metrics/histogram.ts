/** Upper bounds of the duration buckets in seconds, each inclusive; what is slower falls into `+Inf`. */
export const DURATION_BUCKETS: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10];

const BUCKETS = DURATION_BUCKETS.length + 1;

/** A histogram in one typed array: the counts of all buckets, then the sum in milliseconds. */
export type Histogram = Float64Array;

export function emptyHistogram(): Histogram {
  return new Float64Array(BUCKETS + 1);
}

export function record(cells: Histogram, milliseconds: number): void {
  let bucket = 0;
  while (bucket < BUCKETS - 1 && milliseconds > (DURATION_BUCKETS[bucket] as number) * 1_000) bucket++;
  (cells[bucket] as number)++;
  (cells[BUCKETS] as number) += milliseconds;
}

/** The counts by bucket (not cumulative, the last is `+Inf`), their total, and the sum in seconds. */
export function read(cells: Histogram): { buckets: number[]; count: number; sum: number } {
  const buckets = Array.from(cells.subarray(0, BUCKETS));
  return { buckets, count: buckets.reduce((total, n) => total + n, 0), sum: (cells[BUCKETS] as number) / 1_000 };
}
