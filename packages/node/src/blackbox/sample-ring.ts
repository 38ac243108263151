import type { Sample, SampleFieldName } from "@sop/core";
import { FIGURES, type Figures } from "./main-slot.js";
import { type BlackBox, CELL, ROW, ROWS } from "./memory.js";

type Draft = { at: number; interval: number } & { [name in SampleFieldName]?: number | undefined };

/** All samples have one shape: to make a thousand of them then takes a tenth of the time. A figure that is not known is `undefined`. */
const SHAPE = Object.fromEntries(["at", "interval", ...FIGURES].map((name) => [name, undefined])) as unknown as Draft;

/** Where the figures of a row begin: its interval comes first. */
const FIRST = 1;

/** The samples of the last minutes. One thread writes; others read, and a file of the memory can be read like the memory. */
export class SampleRing {
  readonly #box: BlackBox;

  constructor(box: BlackBox) {
    this.#box = box;
  }

  /** How many were ever written. */
  get written(): number {
    return Atomics.load(this.#box.cells, CELL.samples);
  }

  /** Adds a sample. `at`: milliseconds since 1970; `interval`: milliseconds since the one before. */
  push(at: number, interval: number, figures: Figures): void {
    const { cells, times, samples } = this.#box;
    const number = this.written % ROWS;
    // A row without a time is being written.
    times[number] = 0;
    samples[number * ROW] = interval;
    samples.set(figures, number * ROW + FIRST);
    times[number] = at;
    Atomics.add(cells, CELL.samples, 1);
  }

  /** The samples from `since` on, milliseconds since 1970, the oldest first. Default: all that are kept. */
  read(since = 0): Sample[] {
    const found: Sample[] = [];
    this.readInto(found, this.written - ROWS, since);
    return found;
  }

  /**
   * Adds the samples from the `from`th that was ever written on to `found`, those before `since` left out. Returns how many were written by
   * then: where the next reading goes on.
   */
  readInto(found: Sample[], from: number, since = 0): number {
    const { written } = this;
    for (let i = Math.max(0, written - ROWS, from); i < written; i++) {
      if ((this.#box.times[i % ROWS] as number) < since) continue;
      const sample = this.#sampleAt(i % ROWS);
      // The writer may have come round to the oldest row in the meantime.
      if (sample && sample.at >= (found.at(-1)?.at ?? since)) found.push(sample);
    }
    return written;
  }

  #sampleAt(number: number): Sample | undefined {
    const { times, samples } = this.#box;
    const at = times[number] as number;
    if (!(at > 0)) return undefined;
    const row = number * ROW;
    const sample: Draft = { ...SHAPE, at, interval: samples[row] as number };
    for (let i = 0; i < FIGURES.length; i++) {
      const value = samples[row + FIRST + i] as number;
      if (!Number.isNaN(value)) sample[FIGURES[i] as SampleFieldName] = value;
    }
    return times[number] === at ? sample : undefined;
  }
}
