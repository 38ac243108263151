/** What is counted since the start, by its place: then the histogram of durations. */
export const TOTALS = { requests: 0, errors: 1, panics: 2, canceled: 3, degraded: 4 } as const;
const FIRST = 5;

/** Counts by {@link TOTALS}, then by bucket. */
export type Totals = Float64Array;

/** `bounds`: of the buckets. */
export function emptyTotals(bounds: readonly number[]): Totals {
  return new Float64Array(FIRST + bounds.length + 1);
}

/** Adds the requests of one series: the first cells of its histogram are its buckets. */
export function addRequests(into: Totals, cells: Float64Array, isError: boolean): void {
  for (let i = 0; i < cells.length - 1; i++) {
    const count = cells[i] as number;
    (into[FIRST + i] as number) += count;
    (into[TOTALS.requests] as number) += count;
    if (isError) (into[TOTALS.errors] as number) += count;
  }
}

/** One count for each request, 0..1; `undefined` without requests. */
export function ratioOf(totals: Totals, field: keyof typeof TOTALS): number | undefined {
  const requests = totals[TOTALS.requests] as number;
  return requests === 0 ? undefined : Math.min(1, (totals[TOTALS[field]] as number) / requests);
}

/**
 * The duration in seconds below which the share `q` of the requests lies, as Prometheus' `histogram_quantile` has it: linear within a
 * bucket, and the last bound for what is slower. `undefined` without requests.
 */
export function quantileOf(totals: Totals, bounds: readonly number[], q: number): number | undefined {
  const requests = totals[TOTALS.requests] as number;
  if (requests === 0) return undefined;
  const rank = q * requests;
  let below = 0;
  for (let i = 0; i < bounds.length; i++) {
    const count = totals[FIRST + i] as number;
    if (count > 0 && below + count >= rank) {
      const lower = bounds[i - 1] ?? 0;
      return lower + ((bounds[i] as number) - lower) * ((rank - below) / count);
    }
    below += count;
  }
  return bounds.at(-1);
}
