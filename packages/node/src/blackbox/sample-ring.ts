import type { Sample, SampleFieldName } from "@sop/core";
import { FIGURES, FIRST_FIGURE, type Figures } from "./main-slot.js";
import { type BlackBox, CELL, ROW, ROWS } from "./memory.js";

type Draft = { at: number; interval: number } & { [name in SampleFieldName]?: number | undefined };

/** All samples have one shape: to make a thousand of them then takes a tenth of the time. A figure that is not known is `undefined`. */
const SHAPE = Object.fromEntries(["at", "interval", ...FIGURES].map((name) => [name, undefined])) as unknown as Draft;

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
    const { cells, samples } = this.#box;
    const row = (this.written % ROWS) * ROW;
    // A row without a time is being written.
    samples[row] = 0;
    samples[row + 1] = interval;
    samples.set(figures, row + FIRST_FIGURE);
    samples[row] = at;
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
      const row = (i % ROWS) * ROW;
      if ((this.#box.samples[row] as number) < since) continue;
      const sample = this.#sampleAt(row);
      // The writer may have come round to the oldest row in the meantime.
      if (sample && sample.at >= (found.at(-1)?.at ?? since)) found.push(sample);
    }
    return written;
  }

  #sampleAt(row: number): Sample | undefined {
    const { samples } = this.#box;
    const at = samples[row] as number;
    if (!(at > 0)) return undefined;
    const sample: Draft = { ...SHAPE, at, interval: samples[row + 1] as number };
    for (let i = 0; i < FIGURES.length; i++) {
      const value = samples[row + FIRST_FIGURE + i] as number;
      if (!Number.isNaN(value)) sample[FIGURES[i] as SampleFieldName] = value;
    }
    return samples[row] === at ? sample : undefined;
  }
}
