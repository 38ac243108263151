import type { Exemplar } from "../metrics/exemplars.js";
import type { HistogramSeries, NumberSeries } from "../metrics/metric.js";

/** A value as prom-client has it in its JSON. */
export interface Value {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** Of a histogram's: which of its three it is. */
  readonly metricName?: string;
  readonly exemplar?: PromExemplar;
}

/** An exemplar as prom-client has it. */
export interface PromExemplar {
  readonly labelSet: Readonly<Record<string, string>>;
  readonly value: number;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

/** The values of a series of a counter or a gauge. */
export function numberValue(names: readonly string[], { labels, value }: NumberSeries): Value {
  return { labels: labelled(names, labels), value };
}

/** The values of a series of a histogram: its buckets, cumulative, its sum and its count. */
export function histogramValues(
  name: string,
  names: readonly string[],
  bounds: readonly number[],
  series: HistogramSeries,
): Value[] {
  const labels = labelled(names, series.labels);
  let below = 0;
  const values: Value[] = series.buckets.map((count, i) => {
    below += count;
    // One that went through JSON is null where there is none.
    const exemplar = series.exemplars?.[i] ?? undefined;
    const value = { metricName: `${name}_bucket`, labels: { ...labels, le: bounds[i] ?? "+Inf" }, value: below };
    return exemplar ? { ...value, exemplar: exemplarOf(exemplar) } : value;
  });
  values.push(
    { metricName: `${name}_sum`, labels, value: series.sum },
    { metricName: `${name}_count`, labels, value: series.count },
  );
  return values;
}

function exemplarOf({ traceId, value, at }: Exemplar): PromExemplar {
  return { labelSet: { trace_id: traceId }, value, timestamp: at };
}

function labelled(names: readonly string[], values: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name, i) => [name, values[i] ?? ""]));
}
