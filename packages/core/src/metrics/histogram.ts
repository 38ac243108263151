/** A histogram in one typed array: the counts of all buckets, then the sum in milliseconds. */
export type Histogram = Float64Array;

/** Upper bounds of buckets in milliseconds, rising, each inclusive; what is slower falls into `+Inf`. */
export type Bounds = Float64Array;

export function emptyHistogram(bounds: Bounds): Histogram {
  return new Float64Array(bounds.length + 2);
}

export function record(cells: Histogram, bounds: Bounds, milliseconds: number): void {
  let bucket = 0;
  let end = bounds.length;
  while (bucket < end) {
    const middle = (bucket + end) >>> 1;
    if (milliseconds > (bounds[middle] as number)) bucket = middle + 1;
    else end = middle;
  }
  (cells[bucket] as number)++;
  (cells[bounds.length + 1] as number) += milliseconds;
}

/** The counts by bucket (not cumulative, the last is `+Inf`), their total, and the sum in seconds. */
export function read(cells: Histogram): { buckets: number[]; count: number; sum: number } {
  const buckets: number[] = [];
  let count = 0;
  for (let i = 0; i < cells.length - 1; i++) count += buckets[i] = cells[i] as number;
  return { buckets, count, sum: (cells.at(-1) as number) / 1_000 };
}
