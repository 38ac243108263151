import type { SampleFieldName } from "@sop/core";
import { SAMPLE_FIELDS } from "@sop/core/diagnosis";
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

/**
 * Puts the main thread's newest figures in place. Readers see either these or the ones before: `CELL.slot` is odd in between. Where
 * nobody has taken the ones before, what they say of their interval is kept: counts and times are added up.
 */
export function writeSlot(box: BlackBox, at: number, interval: number, figures: Figures): void {
  const { cells, slot } = box;
  const version = Atomics.load(cells, CELL.slot);
  const isTaken = version === 0 || Atomics.load(cells, CELL.taken) === version;
  Atomics.add(cells, CELL.slot, 1);
  const before = isTaken ? 0 : (slot[1] as number);
  for (let i = 0; i < figures.length; i++) {
    const place = FIRST_FIGURE + i;
    const now = figures[i] as number;
    slot[place] = isTaken ? now : joined(i, slot[place] as number, before, now, interval);
  }
  slot[0] = at;
  slot[1] = before + interval;
  Atomics.add(cells, CELL.slot, 1);
}

const ATTEMPTS = 100;

/**
 * Copies the newest figures into `figures`, and returns their time in milliseconds since 1970; `undefined` where there are none yet, or
 * where they are just being written for as long as 100 attempts: by a thread that was stopped in the middle of it.
 */
export function readSlot(box: BlackBox, figures: Figures): number | undefined {
  return read(box, figures)?.at;
}

/** As `readSlot`, for the one that makes samples of them: what it has taken is not told again. */
export function takeSlot(box: BlackBox, figures: Figures): number | undefined {
  const found = read(box, figures);
  if (found) Atomics.store(box.cells, CELL.taken, found.version);
  return found?.at;
}

function read({ cells, slot }: BlackBox, figures: Figures): { at: number; version: number } | undefined {
  for (let i = 0; i < ATTEMPTS; i++) {
    const version = Atomics.load(cells, CELL.slot);
    if (version === 0) return undefined;
    if (version % 2 !== 0) continue;
    const at = slot[0] as number;
    figures.set(slot.subarray(FIRST_FIGURE, FIRST_FIGURE + figures.length));
    if (Atomics.load(cells, CELL.slot) === version) return { at, version };
  }
  return undefined;
}

/** How two intervals become one, by figure: `last` is for what is as it is now. */
const JOINS = FIGURES.map((name) => {
  const { kind, unit } = SAMPLE_FIELDS[name];
  if (kind === "gauge") return "last";
  if (unit === "ratio") return "mean";
  // The time of collections adds up; of delays and durations the longer one counts.
  return unit === "count" || name === "gc_ms" ? "sum" : "most";
});

function joined(figure: number, before: number, interval: number, now: number, more: number): number {
  const how = JOINS[figure];
  if (how === "last" || Number.isNaN(before)) return now;
  if (Number.isNaN(now)) return before;
  if (how === "sum") return before + now;
  if (how === "most") return Math.max(before, now);
  return (before * interval + now * more) / (interval + more);
}
