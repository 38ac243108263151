import { type Metric, Registry, type RegistryContentType } from "prom-client";
import type { TextFormat } from "../../metrics/exposition/text.js";
import type { Family } from "./message.js";

/** Families as prom-client writes them. */
export function textOf(families: readonly Family[], format: TextFormat): Promise<string> {
  const registry: Registry<RegistryContentType> = new Registry();
  if (format === "openmetrics") registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  for (const family of families) {
    // In OpenMetrics the registry adds a counter's suffix itself.
    const isBare = format === "openmetrics" && family.type === "counter";
    const named = isBare ? { ...family, name: family.name.replace(/_total$/, "") } : family;
    registry.registerMetric({ ...named, get: async () => named } as unknown as Metric);
  }
  return registry.metrics();
}
