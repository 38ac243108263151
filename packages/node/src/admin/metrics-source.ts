import type { Sop } from "@sop/core";
import { keepExemplars } from "../metrics/exemplars.js";
import { CONTENT_TYPES, metricsText } from "../metrics/exposition/scrape.js";
import type { MetricsReading } from "../metrics/metric.js";
import { metricsReader } from "../metrics/reader.js";
import type { Scrape } from "./link/messages.js";
import type { MetricsRegistry } from "./options.js";

/** What is read at a scrape: the registry that was given, else the metrics of `sop`, to which nothing is done before the first one. */
export function metricsSource(
  sop: Sop,
  registry: MetricsRegistry | undefined,
): (isOpenMetrics: boolean) => Promise<Scrape> {
  if (registry) return async () => ({ contentType: registry.contentType, text: await registry.metrics() });
  let plain: (() => MetricsReading) | undefined;
  let exemplified: (() => MetricsReading) | undefined;
  return async (isOpenMetrics) => {
    const format = isOpenMetrics ? "openmetrics" : "prometheus";
    // Exemplars are kept for those who read them, from their first scrape on.
    if (isOpenMetrics) exemplified ??= metricsReader(sop, keepExemplars(sop));
    else plain ??= metricsReader(sop);
    const read = (isOpenMetrics ? exemplified : plain) as () => MetricsReading;
    return { contentType: CONTENT_TYPES[format], text: await metricsText(read(), format) };
  };
}
