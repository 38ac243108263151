/** Counts by bucket: pairs of a bucket's number and how often, ascending. Bucket `i` is of values above `bounds[i - 1]`, at most `bounds[i]`. */
export type Counts = readonly (readonly [bucket: number, count: number])[];

/** A quantile that was read from buckets, in the unit of their bounds. */
export interface Quantile {
  /** The estimate. */
  readonly value: number;
  /** The ends of the bucket that the exact one lies in; `high` is `Infinity` behind the last bound. */
  readonly low: number;
  readonly high: number;
}

/**
 * The value that the share `q` (0..1) of what was counted does not exceed; `undefined` where nothing was. Linear between the ends of its
 * bucket, as Prometheus' `histogram_quantile`, and the last bound where it lies behind it. The exact value (nearest rank) is in the same
 * bucket, so the error is less than the bucket's width: at most 6.25 % with `LATENCY_BOUNDS`.
 */
export function quantile(bounds: readonly number[], counts: Counts, q: number): Quantile | undefined {
  const rank = q * total(counts);
  let below = 0;
  for (const [bucket, count] of counts) {
    if (count > 0 && below + count >= rank) {
      const low = bucket === 0 ? 0 : (bounds[bucket - 1] as number);
      const high = bounds[bucket] ?? Number.POSITIVE_INFINITY;
      const share = Math.min(1, Math.max(0, (rank - below) / count));
      return { value: high === Number.POSITIVE_INFINITY ? low : low + (high - low) * share, low, high };
    }
    below += count;
  }
  return undefined;
}

/** How much was counted. */
export function total(counts: Counts): number {
  return counts.reduce((sum, [, count]) => sum + count, 0);
}

/** The counts of several histograms with the same bounds, together. */
export function sum(all: readonly Counts[]): Counts {
  const merged = new Map<number, number>();
  for (const counts of all) {
    for (const [bucket, count] of counts) merged.set(bucket, (merged.get(bucket) ?? 0) + count);
  }
  return [...merged].sort(([a], [b]) => a - b);
}
