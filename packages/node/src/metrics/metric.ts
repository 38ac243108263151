import type { BreakerMetrics, MetricsSnapshot, OverloadState, ServingState, SourceState } from "@sop/core";
import type { Exemplar } from "./exemplars.js";
import type { EventLoopReading } from "./runtime/event-loop.js";

/** What a metric counts or measures. Durations are seconds, ratios 0..1, a state is 0 or 1. */
export type MetricUnit =
  | "seconds"
  | "bytes"
  | "ratio"
  | "state"
  | "requests"
  | "calls"
  | "panics"
  | "incidents"
  | "files";

/** All that the metrics of one scrape are read from, taken at one moment: so they agree with each other. */
export interface MetricsReading {
  readonly snapshot: MetricsSnapshot;
  /** Of a series of requests, by its labels: one request of each bucket, where there is one. */
  readonly exemplars?: ((labels: readonly string[]) => readonly (Exemplar | undefined)[] | undefined) | undefined;
  /** At most 1,000 and `other`. */
  readonly breakers: readonly Pick<BreakerMetrics, "name" | "state" | "calls">[];
  /** The variant that each configured flag has outside of requests. Bounded. */
  readonly flags: readonly FlagVariant[];
  /** Configuration sources. Bounded. */
  readonly sources: readonly { readonly source: string; readonly state: SourceState }[];
  readonly state: ServingState;
  readonly overload: OverloadState | undefined;
  readonly eventLoop: EventLoopReading;
}

/** A flag's variant; a value without a variant is its own name. */
export interface FlagVariant {
  readonly flag: string;
  readonly variant: string;
}

/** A series of a counter or a gauge: the values of its labels, in the metric's order, and its number. */
export interface NumberSeries {
  readonly labels: readonly string[];
  readonly value: number;
}

/** A series of a histogram. */
export interface HistogramSeries {
  readonly labels: readonly string[];
  readonly count: number;
  readonly sum: number;
  /** Counts by bucket of `snapshot.bounds`, not cumulative; the last is `+Inf`. */
  readonly buckets: readonly number[];
  /** By bucket. */
  readonly exemplars?: readonly (Exemplar | undefined)[] | undefined;
}

interface Described {
  /** In Prometheus. */
  readonly name: string;
  /** One sentence. */
  readonly help: string;
  readonly unit: MetricUnit;
  readonly labels: readonly string[];
  /** How the numbers of several processes become one. */
  readonly joined: "sum" | "max";
  /** Whether prom-client's own default metrics have it, and so none is made of this one there. */
  readonly isDefault?: true;
}

/** A metric that is one number for each series. */
export interface NumberMetric extends Described {
  readonly kind: "counter" | "gauge";
  readonly read: (reading: MetricsReading) => readonly NumberSeries[];
}

/** A metric that is a histogram for each series. */
export interface HistogramMetric extends Described {
  readonly kind: "histogram";
  readonly read: (reading: MetricsReading) => readonly HistogramSeries[];
}

/** A line of the metric table. */
export type Metric = NumberMetric | HistogramMetric;
