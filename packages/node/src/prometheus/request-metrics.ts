import type { MetricsSnapshot } from "@sop/core";
import { Counter, Gauge, type Registry } from "prom-client";
import { counts } from "./counts.js";
import { Durations } from "./durations.js";

type Snapshot = () => MetricsSnapshot;

/** Registers what is counted of requests. */
export function registerRequestMetrics(registry: Registry, snapshot: Snapshot): void {
  registry.registerMetric(
    new Durations(
      {
        name: "http_request_duration_seconds",
        help: "How long requests took, from their arrival to the end of their answer.",
        labelNames: ["method", "route", "status"],
      },
      () =>
        snapshot().requests.map(({ method, route, status, ...cells }) => ({
          labels: { method, route, status },
          ...cells,
        })),
    ),
  );
  new Counter({
    name: "http_requests_total",
    help: "Requests that ended.",
    labelNames: ["method", "route", "status"],
    registers: [registry],
    collect() {
      this.reset();
      for (const { method, route, status, count } of snapshot().requests) this.inc({ method, route, status }, count);
    },
  });
  new Gauge({
    name: "http_requests_in_flight",
    help: "Requests not yet answered.",
    registers: [registry],
    collect() {
      this.set(snapshot().inFlight);
    },
  });
  counts(registry, "middleware_panic_total", "Panics by middleware, else by route.", "name", () => snapshot().panics);
  counts(
    registry,
    "request_context_canceled_total",
    "Requests that ended without their handler's answer.",
    "reason",
    () => snapshot().canceled,
  );
  counts(
    registry,
    "http_requests_refused_total",
    "Requests that a policy refused.",
    "reason",
    () => snapshot().refused,
  );
  counts(registry, "incidents_total", "Incidents by what opened them.", "trigger", () => snapshot().incidents);
  counts(registry, "degraded_calls_total", "Calls that a fallback answered.", "flag", () => snapshot().degraded);
}
