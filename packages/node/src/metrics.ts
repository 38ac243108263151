export { type Exemplar, type Exemplars, keepExemplars } from "./metrics/exemplars.js";
export { CONTENT_TYPES, formatOf, metricsText } from "./metrics/exposition/scrape.js";
export type { TextFormat } from "./metrics/exposition/text.js";
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
