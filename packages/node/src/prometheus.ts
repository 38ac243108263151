import { DURATION_BUCKETS, type MetricsSnapshot, type RequestSeries, type Sop } from "@sop/core";
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";

/** Options of {@link prometheus}. */
export interface PrometheusOptions {
  /** Where the metrics are registered. Default: a new registry. */
  readonly registry?: Registry;
  /** Whether prom-client's default metrics (process, heap, event loop) are collected too. Default: true. */
  readonly defaults?: boolean;
}

/**
 * Makes the numbers of `sop` readable for Prometheus: `await registry.metrics()` is the text of a scrape. Nothing is recorded a
 * second time; the arrays of the core are read when the scrape comes. Throws where the registry has metrics of these names.
 */
export function prometheus(sop: Sop, { registry = new Registry(), defaults = true }: PrometheusOptions = {}): Registry {
  if (defaults) collectDefaultMetrics({ register: registry });
  register(registry, "http_requests_total", "Requests that ended, by method, route and status.", "counter", () =>
    sop.metrics().requests.map(({ count, ...series }) => ({ labels: labelsOf(series), value: count })),
  );
  register(registry, "http_request_duration_seconds", "Duration of requests.", "histogram", () =>
    sop.metrics().requests.flatMap(histogram),
  );
  register(registry, "http_requests_in_flight", "Requests that are not yet answered.", "gauge", () => [
    { labels: {}, value: sop.metrics().inFlight },
  ]);
  for (const [name, help, label, read] of COUNTERS) {
    register(registry, name, help, "counter", () => byLabel(read(sop.metrics()), label));
  }
  register(registry, "feature_flag_state", "1 for the value that a flag has now.", "gauge", () =>
    Object.entries(sop.flags()).map(([flag, value]) => ({ labels: { flag, variant: textOf(value) }, value: 1 })),
  );
  return registry;
}

const COUNTERS: readonly (readonly [
  name: string,
  help: string,
  label: string,
  read: (metrics: MetricsSnapshot) => Readonly<Record<string, number>>,
])[] = [
  ["middleware_panic_total", "Panics by the middleware they came from.", "name", ({ panics }) => panics],
  [
    "request_context_canceled_total",
    "Requests that ended without their handler's answer.",
    "reason",
    ({ canceled }) => canceled,
  ],
  ["http_requests_refused_total", "Requests that a policy refused.", "reason", ({ refused }) => refused],
  ["incidents_total", "Incidents by what opened them.", "trigger", ({ incidents }) => incidents],
];

interface Sample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly metricName?: string;
}

/** A metric whose samples are computed when it is read; prom-client knows no histogram or counter of such. */
class ReadMetric extends Gauge {
  readonly #type: "counter" | "gauge" | "histogram";
  readonly #read: () => Sample[];

  constructor(name: string, help: string, type: "counter" | "gauge" | "histogram", read: () => Sample[]) {
    super({ name, help, registers: [] });
    this.#type = type;
    this.#read = read;
  }

  override async get(): ReturnType<Gauge["get"]> {
    return Object.assign(await super.get(), { type: this.#type, values: this.#read() });
  }
}

function register(
  registry: Registry,
  name: string,
  help: string,
  type: "counter" | "gauge" | "histogram",
  read: () => Sample[],
): void {
  registry.registerMetric(new ReadMetric(name, help, type, read));
}

function labelsOf({ method, route, status }: Pick<RequestSeries, "method" | "route" | "status">): Sample["labels"] {
  return { method, route, status };
}

/** Prometheus' buckets are cumulative, ours are not. */
function histogram(series: RequestSeries): Sample[] {
  const labels = labelsOf(series);
  const name = "http_request_duration_seconds";
  let total = 0;
  const buckets = series.buckets.map((count, index) => {
    total += count;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: DURATION_BUCKETS[index] ?? "+Inf" }, value: total };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: series.sum },
    { metricName: `${name}_count`, labels, value: series.count },
  ];
}

function byLabel(counts: Readonly<Record<string, number>>, label: string): Sample[] {
  return Object.entries(counts).map(([key, value]) => ({ labels: { [label]: key }, value }));
}

function textOf(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
