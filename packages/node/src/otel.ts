export type { MetricProducerOptions } from "./otel/options.js";
export { metricProducer } from "./otel/producer.js";
