import type { MetricsSnapshot } from "@sop/core";
import type { Registry } from "prom-client";
import { counts } from "./counts.js";
import { Durations } from "./durations.js";

/** Registers what is counted of calls to other services. */
export function registerOutgoingMetrics(registry: Registry, snapshot: () => MetricsSnapshot): void {
  registry.registerMetric(
    new Durations(
      {
        name: "outgoing_request_duration_seconds",
        help: "How long calls to other services took, to the head of their answer.",
        labelNames: ["host", "status"],
      },
      () => snapshot().outgoing.durations.map(({ host, status, ...cells }) => ({ labels: { host, status }, ...cells })),
    ),
  );
  counts(
    registry,
    "outgoing_requests_without_deadline_total",
    "Calls to other services that nothing bounds.",
    "host",
    () => snapshot().outgoing.withoutDeadline,
  );
}
