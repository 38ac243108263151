export type {
  FlagVariant,
  HistogramMetric,
  HistogramSeries,
  Metric,
  MetricsReading,
  MetricUnit,
  NumberMetric,
  NumberSeries,
} from "./metrics/metric.js";
export { metricsReader } from "./metrics/reader.js";
export type { EventLoopReading } from "./metrics/runtime/event-loop.js";
export { isHistogram, METRICS, metricOf } from "./metrics/table.js";
