import type { Registry } from "prom-client";
import type { HistogramSeries, NumberSeries } from "../../metrics/metric.js";
import { isHistogram } from "../../metrics/table.js";
import { Collected } from "../collected.js";
import { histogramValues, numberValue, type Value } from "../values.js";

/** A primary asks its workers; the number tells the answers of one scrape from those of another. */
export interface Question {
  readonly sop: "metrics?";
  readonly scrape: number;
}

/** A worker answers; without a number it was not asked. */
export interface Answer {
  readonly sop: "metrics";
  readonly scrape?: number;
  readonly families: readonly (Family | Compact)[];
}

/** A metric with its values, as prom-client's JSON has it. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  /** How several become one, by prom-client's names. */
  readonly aggregator: string;
  readonly values: readonly Value[];
}

/** A metric of the table, as it is sent: a histogram is one list of numbers, and not fifteen objects. */
interface Compact extends Omit<Family, "values"> {
  readonly labelNames: readonly string[];
  readonly numbers?: readonly NumberSeries[];
  readonly histograms?: readonly HistogramSeries[];
  readonly bounds?: readonly number[];
}

/** What a worker sends of its registry. */
export async function familiesOf(registry: Registry): Promise<Answer["families"]> {
  const all = registry.getMetricsAsArray() as unknown as readonly (Collected | { get(): Promise<Family> })[];
  return Promise.all(all.map((metric) => (metric instanceof Collected ? compact(metric) : metric.get())));
}

function compact(collected: Collected): Compact {
  const { metric } = collected;
  const { name, help, kind: type, joined: aggregator, labels: labelNames } = metric;
  const reading = collected.read();
  const described = { name, help, type, aggregator, labelNames };
  return isHistogram(metric)
    ? { ...described, bounds: reading.snapshot.bounds, histograms: metric.read(reading) }
    : { ...described, numbers: metric.read(reading) };
}

/** With its values, however it was sent. A counter's name has its suffix. */
export function familyOf(sent: Family | Compact): Family {
  const { help, type, aggregator } = sent;
  const name = type === "counter" && !sent.name.endsWith("_total") ? `${sent.name}_total` : sent.name;
  if ("values" in sent) return { name, help, type, aggregator, values: sent.values };
  const { labelNames, numbers = [], histograms = [], bounds = [] } = sent;
  const values = [
    ...numbers.map((series) => numberValue(labelNames, series)),
    ...histograms.flatMap((series) => histogramValues(name, labelNames, bounds, series)),
  ];
  return { name, help, type, aggregator, values };
}
