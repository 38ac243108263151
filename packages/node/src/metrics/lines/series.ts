import type { NumberSeries } from "../metric.js";

/** The one series of a metric without labels; none where its number is not known. */
export function one(value: number | undefined): NumberSeries[] {
  return value === undefined ? [] : [{ labels: [], value }];
}

/** A series for each value of a label. */
export function counts(by: Readonly<Record<string, number>>): NumberSeries[] {
  return Object.entries(by).map(([label, value]) => ({ labels: [label], value }));
}

/** All states from the start: 1 for the current one, 0 for the others. */
export function states(labels: readonly string[], all: readonly string[], current: string): NumberSeries[] {
  return all.map((state) => ({ labels: [...labels, state], value: state === current ? 1 : 0 }));
}
