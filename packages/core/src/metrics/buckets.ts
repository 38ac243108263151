import type { OptionCheck } from "../options/check.js";
import type { Duration } from "../options/duration.js";

/** Upper bounds of the duration buckets in seconds where the options say nothing, each inclusive; what is slower falls into `+Inf`. */
export const DURATION_BUCKETS: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10];

/** Buckets on the grid of Prometheus' native histograms: each bound is the one before times 2^(2^-schema). */
export interface ExponentialBuckets {
  /** How fine: -4 to 8. Default 2, of which each bound is 1.19 times the one before. */
  readonly schema?: number;
  /** In seconds, above 0: the first bound is the nearest one of the grid that is not above it. Default 0.001. */
  readonly from?: number;
  /** In seconds: the last bound is the nearest one of the grid that is not below it. Default 60. */
  readonly to?: number;
}

/** Options of `metrics`. */
export interface MetricsOptions {
  /**
   * Of all durations: 1 to 200 rising upper bounds in seconds, or a grid of the same. Default `DURATION_BUCKETS`: 0.005 to 10. Rules on
   * `p50`, `p95` and `p99` can be about durations up to the last of them.
   */
  readonly buckets?: readonly number[] | ExponentialBuckets;
  /** Series of `http_requests_total`; what overflows is counted under `other`. 10 to 100,000, default 1,000. */
  readonly maxSeries?: number;
  /** The window of `sop.signals()`, 1 s to 1 h. Default `60s`. */
  readonly window?: Duration;
}

/** The names of these options. */
export const METRICS_OPTIONS = ["buckets", "maxSeries", "window"] as const satisfies readonly (keyof MetricsOptions)[];

const MOST = 200;
const LEAST_BOUND = 1e-6;
const LARGEST_BOUND = 1e6;

/** Reads `buckets`: bounds in seconds. */
export function readBuckets(check: OptionCheck): readonly number[] {
  const given = check.value("buckets");
  if (given === undefined) return DURATION_BUCKETS;
  if (Array.isArray(given)) return isRising(given) ? [...given] : refused(check);
  const inner = check.nested("buckets", ["schema", "from", "to"]);
  const schema = 2 ** inner.integer("schema", 2, -4, 8);
  const from = inner.number("from", 0.001, LEAST_BOUND, LARGEST_BOUND);
  const to = inner.number("to", 60, LEAST_BOUND, LARGEST_BOUND);
  // A bound of the grid itself is found again, whatever its logarithm was rounded to.
  const first = Math.floor(Math.log2(from) * schema + 1e-9);
  const last = Math.ceil(Math.log2(to) * schema - 1e-9);
  const count = last - first + 1;
  if (to > from && count <= MOST) return Array.from({ length: count }, (_, i) => 2 ** ((first + i) / schema));
  return refused(check);
}

function isRising(bounds: readonly unknown[]): bounds is readonly number[] {
  return (
    bounds.length > 0 &&
    bounds.length <= MOST &&
    bounds.every(
      (bound, i) =>
        typeof bound === "number" && bound > ((bounds[i - 1] as number | undefined) ?? 0) && bound <= LARGEST_BOUND,
    )
  );
}

function refused(check: OptionCheck): readonly number[] {
  check.reject("buckets", `1 to ${MOST} rising bounds in seconds above 0, or { schema, from, to } with as many`);
  return DURATION_BUCKETS;
}
