import { PROCESS } from "./lines/process.js";
import { PROTECTION } from "./lines/protection.js";
import { REQUESTS } from "./lines/requests.js";
import type { HistogramMetric, Metric } from "./metric.js";

/**
 * The one table of all metrics: Prometheus, the dashboard, the stock alerts and the documentation are made from it, and OpenTelemetry
 * reads the same arrays. A metric is added to its lines and nowhere else.
 */
export const METRICS: readonly Metric[] = [...REQUESTS, ...PROTECTION, ...PROCESS];

/** Whether a metric is a histogram. */
export function isHistogram(metric: Metric): metric is HistogramMetric {
  return metric.kind === "histogram";
}

/** The line of the table with that name. Throws an error where there is none. */
export function metricOf(name: string): Metric {
  const found = METRICS.find((metric) => metric.name === name);
  if (found) return found;
  throw new Error(`the metric table has no ${name}`);
}
