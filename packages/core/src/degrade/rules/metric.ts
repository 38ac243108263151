import { quantileOf, ratioOf, TOTALS, type Totals } from "../../metrics/totals.js";

/** A figure that rules know, and how it is taken from what was counted in a window. */
interface Metric {
  /** The greatest value that it can have; `undefined`: the last bound of the buckets. */
  readonly most: number | undefined;
  /** Whether it can be asked of one route. */
  readonly byRoute: boolean;
  readonly of: (totals: Totals, seconds: number, bounds: readonly number[]) => number | undefined;
}

function quantile(q: number): Metric {
  return { most: undefined, byRoute: true, of: (totals, _, bounds) => quantileOf(totals, bounds, q) };
}

function ratio(field: keyof typeof TOTALS, byRoute: boolean): Metric {
  return { most: 1, byRoute, of: (totals) => ratioOf(totals, field) };
}

/** The figures that are taken from what was counted. */
export const COUNTED = {
  error_ratio: ratio("errors", true),
  panic_ratio: ratio("panics", false),
  canceled_ratio: ratio("canceled", false),
  degraded_ratio: ratio("degraded", false),
  p50: quantile(0.5),
  p95: quantile(0.95),
  p99: quantile(0.99),
  rate: {
    most: Number.POSITIVE_INFINITY,
    byRoute: true,
    // Of the first moments a rate would be anything.
    of: (totals, seconds) => (seconds < 1 ? undefined : (totals[TOTALS.requests] as number) / seconds),
  },
} as const satisfies Readonly<Record<string, Metric>>;

/** The name of a figure that is taken from what was counted. */
export type CountedMetric = keyof typeof COUNTED;

/** The figures that a rule can be about. */
export const RULE_METRICS = [
  ...(Object.keys(COUNTED) as CountedMetric[]),
  "in_flight",
  "crashes",
] as const satisfies readonly string[];

/** The name of a figure that a rule can be about. */
export type RuleMetric = (typeof RULE_METRICS)[number];

export function isCounted(metric: RuleMetric): metric is CountedMetric {
  return Object.hasOwn(COUNTED, metric);
}

/** The greatest value that a figure can have; `slowest`: the last bound of the buckets in seconds. */
export function mostOf(metric: RuleMetric, slowest: number): number {
  return isCounted(metric) ? (COUNTED[metric].most ?? slowest) : Number.POSITIVE_INFINITY;
}
