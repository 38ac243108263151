import type { Histogram, MetricObjectWithValues, MetricValue } from "prom-client";
import { metricText, type TextFormat } from "../metrics/exposition/text.js";
import type { Metric, MetricsReading } from "../metrics/metric.js";
import { isHistogram } from "../metrics/table.js";
import { histogramValues, numberValue } from "./values.js";

type Collection = MetricObjectWithValues<MetricValue<string>>;

/** A metric of the table as prom-client's registries know one: it holds nothing, and is read when it is asked. */
export class Collected {
  /** A registry writes it: in OpenMetrics a counter's is without its suffix. */
  name: string;
  readonly help: string;
  readonly type: Metric["kind"];
  readonly aggregator: Metric["joined"];
  readonly metric: Metric;
  readonly #read: () => MetricsReading;

  /** `read`: gives the same reading to all metrics of a scrape. */
  constructor(metric: Metric, read: () => MetricsReading) {
    this.name = metric.name;
    this.help = metric.help;
    this.type = metric.kind;
    this.aggregator = metric.joined;
    this.metric = metric;
    this.#read = read;
  }

  /** What is read now. */
  read(): MetricsReading {
    return this.#read();
  }

  /** What a registry asks for its JSON, and for its text where it makes that itself. */
  async get(): Promise<Collection> {
    const { name, help, aggregator, metric } = this;
    const reading = this.#read();
    const values = isHistogram(metric)
      ? metric
          .read(reading)
          .flatMap((series) => histogramValues(metric.name, metric.labels, reading.snapshot.bounds, series))
      : metric.read(reading).map((series) => numberValue(metric.labels, series));
    // prom-client's names of types are an enum that exists in its declarations only.
    return { name, help, type: this.type, aggregator, values } as unknown as Collection;
  }

  /** What writes its text in slices, of what is read now. */
  writer(format: TextFormat): () => Promise<string> {
    const reading = this.#read();
    return () => metricText(this.metric, reading, format);
  }

  /** What is counted cannot be taken back. */
  reset(): void {}
}

/** As the type that a registry takes. */
export function asMetric(collected: Collected): Histogram {
  return collected as unknown as Histogram;
}
