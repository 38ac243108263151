import type { Metric, MetricsReading } from "../metric.js";
import { METRICS } from "../table.js";
import { metricText, type TextFormat } from "./text.js";

/** The `content-type` of each format. */
export const CONTENT_TYPES: Readonly<Record<TextFormat, string>> = {
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/** All metrics of the table as the text of one scrape, without prom-client. */
export async function metricsText(
  reading: MetricsReading,
  format: TextFormat = "prometheus",
  metrics: readonly Metric[] = METRICS,
): Promise<string> {
  const texts: string[] = [];
  for (const metric of metrics) texts.push(await metricText(metric, reading, format));
  return `${texts.join("\n")}\n${format === "openmetrics" ? "# EOF\n" : ""}`;
}

/** The format that a scraper asks for: OpenMetrics where its `accept` names it, as Prometheus' does. */
export function formatOf(accept: string | undefined): TextFormat {
  return accept?.includes("application/openmetrics-text") ? "openmetrics" : "prometheus";
}
