import type { Exemplar } from "../exemplars.js";
import type { HistogramSeries, Metric, MetricsReading } from "../metric.js";
import { isHistogram } from "../table.js";
import { isTurnOver, nextTurn } from "./pacer.js";

/** The text formats of Prometheus. Only OpenMetrics has exemplars. */
export type TextFormat = "prometheus" | "openmetrics";

/**
 * One metric as text, without a line end after its last line. It is written in slices, between which the event loop goes on: of what
 * was read at one moment, however long that takes.
 */
export async function metricText(metric: Metric, reading: MetricsReading, format: TextFormat): Promise<string> {
  const text = new SlicedText(head(metric, format));
  if (isHistogram(metric)) {
    const bounds = [...reading.snapshot.bounds.map(String), "+Inf"];
    for (const series of metric.read(reading)) {
      text.add(histogram(metric, bounds, series, format));
      if (isTurnOver()) await nextTurn();
    }
  } else {
    for (const { labels, value } of metric.read(reading)) {
      const pairs = pairsOf(metric.labels, labels);
      text.add(`${metric.name}${pairs === "" ? "" : `{${pairs}}`} ${value}`);
      if (isTurnOver()) await nextTurn();
    }
  }
  const whole = text.whole();
  // Whoever joins it with others copies it at once, which should be the first thing in a turn.
  if (whole.length > LARGE) await nextTurn();
  return whole;
}

const LARGE = 64 * 1024;

const TOGETHER = 32;

/**
 * Lines that are put together a few at a time: most of the work is in that, and so it is done before one looks whether the turn is over,
 * and little of it is left for the end.
 */
class SlicedText {
  #text: string;
  #lines: string[] = [];

  constructor(first: string) {
    this.#text = first;
  }

  add(lines: string): void {
    this.#lines.push(lines);
    if (this.#lines.length === TOGETHER) this.#put();
  }

  whole(): string {
    this.#put();
    return this.#text;
  }

  #put(): void {
    if (this.#lines.length > 0) this.#text += `\n${this.#lines.join("\n")}`;
    this.#lines = [];
  }
}

function head({ name, help, kind }: Metric, format: TextFormat): string {
  // In OpenMetrics a counter's suffix is its sample's, and no part of its name.
  const family = format === "openmetrics" && kind === "counter" ? name.replace(/_total$/, "") : name;
  return `# HELP ${family} ${help}\n# TYPE ${family} ${kind}`;
}

function histogram(metric: Metric, bounds: readonly string[], series: HistogramSeries, format: TextFormat): string {
  const { name } = metric;
  const { labels, buckets, sum, count } = series;
  const exemplars = format === "openmetrics" ? series.exemplars : undefined;
  const pairs = pairsOf(metric.labels, labels);
  const start = `${name}_bucket{${pairs},le="`;
  let text = "";
  let below = 0;
  for (let i = 0; i < bounds.length; i++) {
    below += buckets[i] ?? 0;
    text += `${start}${bounds[i]}"} ${below}${exemplarText(exemplars?.[i])}\n`;
  }
  return `${text}${name}_sum{${pairs}} ${sum}\n${name}_count{${pairs}} ${count}`;
}

function exemplarText(exemplar: Exemplar | undefined): string {
  return exemplar ? ` # {trace_id="${exemplar.traceId}"} ${exemplar.value} ${exemplar.at}` : "";
}

function pairsOf(names: readonly string[], values: readonly string[]): string {
  let pairs = "";
  for (let i = 0; i < names.length; i++) pairs += `${i === 0 ? "" : ","}${names[i]}="${escaped(values[i] ?? "")}"`;
  return pairs;
}

const SPECIAL = /[\\"\n]/;

function escaped(value: string): string {
  if (!SPECIAL.test(value)) return value;
  return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
