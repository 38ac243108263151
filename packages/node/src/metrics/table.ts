import { BREAKER_STATES } from "@sop/core";
import type { HistogramMetric, Metric, NumberSeries } from "./metric.js";
import { maxFiles, openFiles } from "./runtime/files.js";

/**
 * The one table of all metrics: Prometheus, the dashboard, the stock alerts and the documentation are made from it, and OpenTelemetry
 * reads the same arrays. A metric is added here and nowhere else.
 */
export const METRICS: readonly Metric[] = [
  {
    name: "http_request_duration_seconds",
    help: "How long requests took, from their arrival to the end of their answer.",
    kind: "histogram",
    unit: "seconds",
    labels: ["method", "route", "status"],
    joined: "sum",
    read: ({ snapshot, exemplars }) =>
      snapshot.requests.map(({ method, route, status, count, sum, buckets }) => {
        const labels = [method, route, status];
        return { labels, count, sum, buckets, exemplars: exemplars?.(labels) };
      }),
  },
  {
    name: "http_requests_total",
    help: "Requests that ended; 499 is a client that went away.",
    kind: "counter",
    unit: "requests",
    labels: ["method", "route", "status"],
    joined: "sum",
    read: ({ snapshot }) =>
      snapshot.requests.map(({ method, route, status, count }) => ({ labels: [method, route, status], value: count })),
  },
  {
    name: "http_requests_in_flight",
    help: "Requests not yet answered.",
    kind: "gauge",
    unit: "requests",
    labels: [],
    joined: "sum",
    read: ({ snapshot }) => one(snapshot.inFlight),
  },
  {
    name: "http_requests_refused_total",
    help: "Requests that a policy refused.",
    kind: "counter",
    unit: "requests",
    labels: ["reason"],
    joined: "sum",
    read: ({ snapshot }) => counts(snapshot.refused),
  },
  {
    name: "request_context_canceled_total",
    help: "Requests that ended without their handler's answer.",
    kind: "counter",
    unit: "requests",
    labels: ["reason"],
    joined: "sum",
    read: ({ snapshot }) => counts(snapshot.canceled),
  },
  {
    name: "middleware_panic_total",
    help: "Panics by middleware, else by route.",
    kind: "counter",
    unit: "panics",
    labels: ["name"],
    joined: "sum",
    read: ({ snapshot }) => counts(snapshot.panics),
  },
  {
    name: "incidents_total",
    help: "Incidents by what opened them.",
    kind: "counter",
    unit: "incidents",
    labels: ["trigger"],
    joined: "sum",
    read: ({ snapshot }) => counts(snapshot.incidents),
  },
  {
    name: "service_state",
    help: "1 for what the service does: serving, draining, or drained.",
    kind: "gauge",
    unit: "state",
    labels: ["state"],
    joined: "max",
    read: ({ state }) => states([], ["serving", "draining", "drained"], state),
  },
  {
    name: "overload_saturation_ratio",
    help: "How near the service is to refusing requests, by what is short; from 1 on it does. None without the option overload.",
    kind: "gauge",
    unit: "ratio",
    labels: ["resource"],
    joined: "max",
    read: ({ overload }) => [
      ...(overload?.concurrency ? saturation("concurrency", overload.concurrency) : []),
      ...(overload?.eventLoop ? [{ labels: ["event_loop"], value: 1 - overload.eventLoop.rest }] : []),
    ],
  },
  {
    name: "circuit_breaker_state",
    help: "1 for the state that each circuit breaker is in.",
    kind: "gauge",
    unit: "state",
    labels: ["name", "state"],
    joined: "max",
    read: ({ breakers }) => breakers.flatMap(({ name, state }) => states([name], BREAKER_STATES, state)),
  },
  {
    name: "circuit_breaker_calls_total",
    help: "Calls by how they ended; not_permitted were not made.",
    kind: "counter",
    unit: "calls",
    labels: ["name", "kind"],
    joined: "sum",
    read: ({ breakers }) =>
      breakers.flatMap(({ name, calls }) =>
        Object.entries(calls).map(([kind, value]) => ({ labels: [name, kind], value })),
      ),
  },
  {
    name: "outgoing_request_duration_seconds",
    help: "How long calls to other services took, to the head of their answer.",
    kind: "histogram",
    unit: "seconds",
    labels: ["host", "status"],
    joined: "sum",
    read: ({ snapshot }) =>
      snapshot.outgoing.durations.map(({ host, status, count, sum, buckets }) => ({
        labels: [host, status],
        count,
        sum,
        buckets,
      })),
  },
  {
    name: "outgoing_requests_without_deadline_total",
    help: "Calls to other services that nothing bounds.",
    kind: "counter",
    unit: "calls",
    labels: ["host"],
    joined: "sum",
    read: ({ snapshot }) => counts(snapshot.outgoing.withoutDeadline),
  },
  {
    name: "degraded_calls_total",
    help: "Calls that a fallback answered.",
    kind: "counter",
    unit: "calls",
    labels: ["flag"],
    joined: "sum",
    read: ({ snapshot }) => counts(snapshot.degraded),
  },
  {
    name: "feature_flag_state",
    help: "1 for the variant that each configured flag has outside of requests.",
    kind: "gauge",
    unit: "state",
    labels: ["flag", "variant"],
    joined: "max",
    read: ({ flags }) => flags.map(({ flag, variant }) => ({ labels: [flag, variant], value: 1 })),
  },
  {
    name: "config_source_state",
    help: "1 for the state that each configuration source is in.",
    kind: "gauge",
    unit: "state",
    labels: ["source", "state"],
    joined: "max",
    read: ({ sources }) => sources.flatMap(({ source, state }) => states([source], ["READY", "STALE", "ERROR"], state)),
  },
  {
    name: "event_loop_utilization_ratio",
    help: "Share of the last 15 to 30 seconds in which the event loop was busy.",
    kind: "gauge",
    unit: "ratio",
    labels: [],
    joined: "max",
    read: ({ eventLoop }) => one(eventLoop.utilization),
  },
  {
    name: "event_loop_delay_seconds",
    help: "How late the event loop was in the last 15 to 30 seconds, by quantile; 1 is the longest.",
    kind: "gauge",
    unit: "seconds",
    labels: ["quantile"],
    joined: "max",
    read: ({ eventLoop }) => eventLoop.delays.map(([quantile, value]) => ({ labels: [quantile], value })),
  },
  {
    name: "event_loop_stalled_seconds",
    help: "How long the main thread has not turned; 0 while it does. Only the admin plane can tell meanwhile.",
    kind: "gauge",
    unit: "seconds",
    labels: [],
    joined: "max",
    // Who reads it in the main thread has the proof that it turns.
    read: () => one(0),
  },
  {
    name: "process_open_fds",
    help: "Number of open file descriptors.",
    kind: "gauge",
    unit: "files",
    labels: [],
    joined: "sum",
    isDefault: true,
    read: () => one(openFiles()),
  },
  {
    name: "process_max_fds",
    help: "Maximum number of open file descriptors.",
    kind: "gauge",
    unit: "files",
    labels: [],
    joined: "sum",
    isDefault: true,
    read: () => one(maxFiles()),
  },
  {
    name: "process_resident_memory_bytes",
    help: "Resident memory size in bytes.",
    kind: "gauge",
    unit: "bytes",
    labels: [],
    joined: "sum",
    isDefault: true,
    read: () => one(process.memoryUsage.rss()),
  },
  {
    name: "nodejs_heap_size_used_bytes",
    help: "Process heap size used from Node.js in bytes.",
    kind: "gauge",
    unit: "bytes",
    labels: [],
    joined: "sum",
    isDefault: true,
    read: () => one(process.memoryUsage().heapUsed),
  },
  {
    name: "nodejs_external_memory_bytes",
    help: "Node.js external memory size in bytes.",
    kind: "gauge",
    unit: "bytes",
    labels: [],
    joined: "sum",
    isDefault: true,
    read: () => one(process.memoryUsage().external),
  },
  {
    name: "process_cpu_seconds_total",
    help: "Total user and system CPU time spent in seconds.",
    kind: "counter",
    unit: "seconds",
    labels: [],
    joined: "sum",
    isDefault: true,
    read: () => {
      const { user, system } = process.cpuUsage();
      return one((user + system) / 1e6);
    },
  },
  {
    name: "process_start_time_seconds",
    help: "Start time of the process since unix epoch in seconds.",
    kind: "gauge",
    unit: "seconds",
    labels: [],
    joined: "max",
    isDefault: true,
    read: () => one(Math.round(Date.now() / 1_000 - process.uptime())),
  },
];

/** Whether a metric is a histogram. */
export function isHistogram(metric: Metric): metric is HistogramMetric {
  return metric.kind === "histogram";
}

/** The line of the table with that name. Throws an error where there is none. */
export function metricOf(name: string): Metric {
  const found = METRICS.find((metric) => metric.name === name);
  if (found) return found;
  throw new Error(`the metric table has no ${name}`);
}

function one(value: number | undefined): NumberSeries[] {
  return value === undefined ? [] : [{ labels: [], value }];
}

function counts(by: Readonly<Record<string, number>>): NumberSeries[] {
  return Object.entries(by).map(([label, value]) => ({ labels: [label], value }));
}

/** All states from the start: 1 for the current one, 0 for the others. */
function states(labels: readonly string[], all: readonly string[], current: string): NumberSeries[] {
  return all.map((state) => ({ labels: [...labels, state], value: state === current ? 1 : 0 }));
}

function saturation(resource: string, { inFlight, limit }: { inFlight: number; limit: number }): NumberSeries[] {
  return [{ labels: [resource], value: inFlight / limit }];
}
