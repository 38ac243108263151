import { SAMPLE_FIELDS, type SampleFieldName } from "@sop/core";
import { type BlackBox, CELL } from "./memory.js";

/** Figures in the order of `SAMPLE_FIELDS`; what could not be read is `NaN`. */
export type Figures = Float64Array;

/** The names of all figures, in the order in which rows keep them. */
export const FIGURES = Object.keys(SAMPLE_FIELDS) as readonly SampleFieldName[];
/** Where each figure is in a row. */
export const FIGURE = Object.fromEntries(FIGURES.map((name, i) => [name, i])) as Readonly<
  Record<SampleFieldName, number>
>;
/** Where the figures of a row begin: its time and its interval come first. */
export const FIRST_FIGURE = 2;

/** New figures, none of which is known yet. */
export function makeFigures(): Figures {
  return new Float64Array(FIGURES.length).fill(Number.NaN);
}

/** Puts the main thread's newest figures in place. Readers see either these or the ones before: `CELL.slot` is odd in between. */
export function writeSlot({ cells, slot }: BlackBox, at: number, interval: number, figures: Figures): void {
  Atomics.add(cells, CELL.slot, 1);
  slot[0] = at;
  slot[1] = interval;
  slot.set(figures, FIRST_FIGURE);
  Atomics.add(cells, CELL.slot, 1);
}

const ATTEMPTS = 100;

/**
 * Copies the newest figures into `figures`, and returns their time in milliseconds since 1970; `undefined` where there are none yet, or
 * where they are just being written for as long as 100 attempts: by a thread that was stopped in the middle of it.
 */
export function readSlot({ cells, slot }: BlackBox, figures: Figures): number | undefined {
  for (let i = 0; i < ATTEMPTS; i++) {
    const before = Atomics.load(cells, CELL.slot);
    if (before === 0) return undefined;
    if (before % 2 !== 0) continue;
    const at = slot[0];
    figures.set(slot.subarray(FIRST_FIGURE, FIRST_FIGURE + figures.length));
    if (Atomics.load(cells, CELL.slot) === before) return at;
  }
  return undefined;
}
