import type { RecordedWindow } from "../window/window.js";
import { contentionFeatures } from "./contention.js";
import { failureFeatures } from "./failures.js";
import type { Feature, Reading } from "./feature.js";
import { loopFeatures } from "./loop.js";
import { descriptorFeatures, memoryFeatures } from "./memory.js";
import { inboundFeatures, outboundFeatures } from "./traffic.js";
import { viewOf } from "./view.js";

/** All figures that classes are told apart by; the last part of each name is its unit. */
export const FEATURES = {
  ...failureFeatures,
  ...loopFeatures,
  ...memoryFeatures,
  ...descriptorFeatures,
  ...inboundFeatures,
  ...outboundFeatures,
  ...contentionFeatures,
} as const satisfies Readonly<Record<string, Feature>>;

/** The name of a figure. */
export type FeatureName = keyof typeof FEATURES;

/** The figures of a window; what there is nothing to compute from is not among them. */
export type Readings = ReadonlyMap<FeatureName, Reading>;

/** Computes the figures of a window. */
export function readFeatures(window: RecordedWindow): Readings {
  const view = viewOf(window);
  const readings = new Map<FeatureName, Reading>();
  for (const [name, feature] of Object.entries(FEATURES) as [FeatureName, Feature][]) {
    const found = feature.of(view);
    if (found && Number.isFinite(found.value)) readings.set(name, found);
  }
  return readings;
}
