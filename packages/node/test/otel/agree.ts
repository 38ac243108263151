import type { MetricData } from "@opentelemetry/sdk-metrics";

/** The lines of a scrape. */
export type Parsed = readonly {
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly value: number;
}[];

/** A histogram's series; buckets are not cumulative. */
interface Series {
  readonly count: number;
  readonly sum: number;
  readonly buckets: readonly number[];
}

export function parse(text: string): Parsed {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [, name = "", labels = "", value = ""] = /^([^{ ]+)(?:\{(.*)\})? (.+)$/.exec(line) ?? [];
      const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", text = ""]) => [key, text]);
      return { name, labels: Object.fromEntries(pairs), value: Number(value) };
    });
}

/** A scraped histogram by the values of its labels. */
export function seriesOf(text: Parsed, name: string, labels: readonly string[]): Map<string, Series> {
  const found = new Map<string, { count: number; sum: number; buckets: number[]; below: number }>();
  for (const line of text) {
    if (!line.name.startsWith(`${name}_`)) continue;
    const key = labels.map((label) => line.labels[label]).join(" ");
    const series = found.get(key) ?? { count: 0, sum: 0, buckets: [], below: 0 };
    found.set(key, series);
    if (line.name === `${name}_count`) series.count = line.value;
    if (line.name === `${name}_sum`) series.sum = line.value;
    if (line.name !== `${name}_bucket`) continue;
    series.buckets.push(line.value - series.below);
    series.below = line.value;
  }
  return new Map([...found].map(([key, { count, sum, buckets }]) => [key, { count, sum, buckets }]));
}

/** A histogram of OpenTelemetry by the key of its attributes. */
export function histogramOf(
  told: readonly MetricData[],
  name: string,
  keyOf: (attributes: Readonly<Record<string, unknown>>) => string,
): Map<string, Series> {
  const metric = told.find(({ descriptor }) => descriptor.name === name);
  const points = metric?.dataPointType === 0 ? metric.dataPoints : [];
  return new Map(
    points.map(({ attributes, value: { count, sum = Number.NaN, buckets } }) => [
      keyOf(attributes),
      { count, sum, buckets: buckets.counts },
    ]),
  );
}

/** A counter of OpenTelemetry by the values of its attributes. */
export function countsOf(told: readonly MetricData[], name: string): Map<string, number> {
  const metric = told.find(({ descriptor }) => descriptor.name === name);
  const points = metric?.dataPointType === 3 ? metric.dataPoints : [];
  return new Map(points.map(({ attributes, value }) => [Object.values(attributes).join(" "), value]));
}
