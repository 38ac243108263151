import { BREAKER_STATES } from "@sop/core";
import type { Metric, NumberSeries } from "../metric.js";
import { counts, states } from "./series.js";

/** Of what protects the service: its state, limits, breakers, outgoing calls, flags and their sources. */
export const PROTECTION: readonly Metric[] = [
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
];

function saturation(resource: string, { inFlight, limit }: { inFlight: number; limit: number }): NumberSeries[] {
  return [{ labels: [resource], value: inFlight / limit }];
}
