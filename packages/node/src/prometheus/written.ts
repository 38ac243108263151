import { Registry, type RegistryContentType } from "prom-client";
import { Collected } from "./collected.js";

type Metrics = Parameters<Registry["registerMetric"]>[0];

/** What a registry does for each metric of a scrape; prom-client has no type for it. */
interface Writer {
  getMetricsAsString(metric: Metrics | Collected): Promise<string>;
  readonly _defaultLabels?: object;
}

/**
 * Lets `registry` write the metrics of the table in slices, one after the other: as one piece, a thousand histograms would keep the
 * event loop from everything else. All others, and those that get default labels, it writes as before.
 */
export function writeInSlices(registry: Registry): void {
  const writer = registry as unknown as Writer;
  const write = writer.getMetricsAsString.bind(registry);
  let last: Promise<unknown> = Promise.resolve();
  writer.getMetricsAsString = (metric) => {
    const isPlain = writer._defaultLabels !== undefined && Object.keys(writer._defaultLabels).length === 0;
    if (!(metric instanceof Collected && isPlain)) return write(metric);
    const format = isOpenMetrics(registry) ? "openmetrics" : "prometheus";
    const text = metric.writer(format);
    const written = last.then(text);
    last = written.catch(() => {});
    return written;
  };
}

/** Whether a registry writes OpenMetrics. */
export function isOpenMetrics({ contentType }: { readonly contentType: RegistryContentType }): boolean {
  return contentType === Registry.OPENMETRICS_CONTENT_TYPE;
}
