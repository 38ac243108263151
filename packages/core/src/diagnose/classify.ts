import { type FeatureName, type Readings, readFeatures } from "./features/features.js";
import { type CauseClass, tryWay, type WayResult } from "./taxonomy/cause-class.js";
import { type CauseName, TAXONOMY } from "./taxonomy/taxonomy.js";
import type { RecordedWindow } from "./window/window.js";

/** How a class came out. */
export interface Considered {
  readonly cause: CauseClass<CauseName>;
  /** `confirmed`: by proof. `likely`: what supports it holds, and nothing refutes it. Else it is not the cause. */
  readonly verdict: "confirmed" | "likely" | "ruled out";
  readonly ways: readonly WayResult[];
  readonly refutes: readonly WayResult[];
}

/** What was found in a window: its figures, and each class, in the order in which they explain each other. */
export interface Classified {
  readonly readings: Readings;
  readonly considered: readonly Considered[];
  /** The first one that holds. */
  readonly found: Considered | undefined;
  /** Others that hold too, and follow from it. */
  readonly others: readonly Considered[];
}

/** Puts all classes to a window. */
export function classify(window: RecordedWindow): Classified {
  const readings = readFeatures(window);
  const considered = TAXONOMY.map((cause) => consider(cause, readings));
  const [found, ...others] = considered.filter(({ verdict }) => verdict !== "ruled out");
  return { readings, considered, found, others };
}

function consider(cause: CauseClass<CauseName>, readings: Readings): Considered {
  const ways = cause.ways.map((way) => tryWay(way, readings));
  const refutes = cause.refutes.map((way) => tryWay(way, readings));
  const holding = ways.filter(({ holds }) => holds);
  const isProven = holding.some(({ way }) => way.isProof);
  const isRefuted = refutes.some(({ holds }) => holds);
  if (isProven) return { cause, verdict: "confirmed", ways, refutes };
  return { cause, verdict: holding.length > 0 && !isRefuted ? "likely" : "ruled out", ways, refutes };
}

/** Figures that a class asks for and that are not there. */
export function absent({ ways }: Considered): FeatureName[] {
  const names = ways.flatMap(({ checks }) => checks.filter(({ reading }) => !reading).map(({ check }) => check.figure));
  return [...new Set(names)];
}
