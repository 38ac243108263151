import type { Sop } from "@sop/core";
import { collectDefaultMetrics, Registry } from "prom-client";
import { registerBreakerMetrics } from "./prometheus/breaker-metrics.js";
import { registerConfigMetrics } from "./prometheus/config-metrics.js";
import { registerOutgoingMetrics } from "./prometheus/outgoing-metrics.js";
import { registerRequestMetrics } from "./prometheus/request-metrics.js";
import { sharedSnapshot } from "./prometheus/snapshot.js";

/** Options of `prometheus`. */
export interface PrometheusOptions {
  /** Where the metrics are registered. Default: a new registry. */
  readonly registry?: Registry | undefined;
}

/**
 * A prom-client registry with the metrics of `sop`, and Node's and prom-client's defaults where it has none yet. Numbers are read
 * when it is asked, from the same arrays as `sop.metrics()`; nothing is done for each request. Throws prom-client's error where the
 * registry has a metric of such a name already: a registry takes one `Sop`.
 */
export function prometheus(sop: Sop, { registry = new Registry() }: PrometheusOptions = {}): Registry {
  const snapshot = sharedSnapshot(() => sop.metrics());
  registerRequestMetrics(registry, snapshot);
  registerBreakerMetrics(registry, snapshot);
  registerOutgoingMetrics(registry, snapshot);
  registerConfigMetrics(registry, sop);
  // One of the defaults stands for all: whoever collects them collects this one.
  if (!registry.getSingleMetric("process_cpu_seconds_total")) collectDefaultMetrics({ register: registry });
  return registry;
}
