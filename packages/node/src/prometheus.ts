import { OptionCheck, type Sop } from "@sop/core";
import { collectDefaultMetrics, Registry, type RegistryContentType } from "prom-client";
import { keepExemplars } from "./metrics/exemplars.js";
import { metricsReader } from "./metrics/reader.js";
import { METRICS } from "./metrics/table.js";
import { asMetric, Collected } from "./prometheus/collected.js";
import { onceATurn } from "./prometheus/once-a-turn.js";
import { isOpenMetrics, writeInSlices } from "./prometheus/written.js";

export { type ClusterMetrics, type ClusterOptions, clusterMetrics } from "./prometheus/cluster/primary.js";
export { reportToPrimary } from "./prometheus/cluster/worker.js";

/** Options of `prometheus`. */
export interface PrometheusOptions {
  /** Where the metrics are registered. Default: a new registry. */
  readonly registry?: Registry | Registry<RegistryContentType> | undefined;
  /** Whether a new registry writes OpenMetrics, which has exemplars; one that is given writes what it was made for. Default false. */
  readonly openMetrics?: boolean | undefined;
  /**
   * Whether the buckets of `http_request_duration_seconds` tell the trace of one of their requests, where it is recorded. Default: where
   * the registry writes OpenMetrics.
   */
  readonly exemplars?: boolean | undefined;
}

/**
 * A prom-client registry with the metrics of `sop`, and Node's and prom-client's defaults where it has none yet. Numbers are read
 * when it is asked, from the same arrays as `sop.metrics()`; nothing is done for each request, but for exemplars. Throws
 * `SOP_ERR_OPTION` for options that are wrong, and prom-client's error where the registry has a metric of such a name already: a
 * registry takes one `Sop`.
 */
export function prometheus(sop: Sop, options: PrometheusOptions = {}): Registry {
  const check = new OptionCheck(options, "", ["registry", "openMetrics", "exemplars"]);
  const openMetrics = check.flag("openMetrics", false);
  const registry = check.port<Registry>("registry", ["registerMetric", "metrics"], newRegistry(openMetrics));
  const exemplars = check.flag("exemplars", isOpenMetrics(registry));
  check.done();
  const read = onceATurn(metricsReader(sop, exemplars ? keepExemplars(sop) : undefined));
  for (const metric of METRICS) {
    if (!metric.isDefault) registry.registerMetric(asMetric(new Collected(metric, read)));
  }
  writeInSlices(registry);
  // One of the defaults stands for all: whoever collects them collects this one.
  if (!registry.getSingleMetric("process_cpu_seconds_total")) collectDefaultMetrics({ register: registry });
  return registry;
}

function newRegistry(openMetrics: boolean): Registry {
  const registry: Registry<RegistryContentType> = new Registry();
  if (openMetrics) registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  // Its type names the format it was made with, which is nothing that its users could rely on.
  return registry as Registry;
}
