import type { Metric } from "../metric.js";
import { counts, one } from "./series.js";

/** Of requests, and of what became of them. */
export const REQUESTS: readonly Metric[] = [
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
];
