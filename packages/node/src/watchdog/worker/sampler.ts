import type { Sample, SampleFieldName } from "@sop/core";
import { FIGURE, FIGURES, type Figures, makeFigures, takeSlot } from "../../blackbox/main-slot.js";
import type { BlackBox } from "../../blackbox/memory.js";
import { SampleRing } from "../../blackbox/sample-ring.js";
import { OutsideSampler } from "../../sensors/outside/outside-sampler.js";

const RECENT = 120_000;
const MOST = RECENT / 200;

/** Makes samples of what the main thread last said of itself, and of what can be seen from outside of it. */
export class Sampler {
  readonly #ring: SampleRing;
  readonly #box: BlackBox;
  readonly #outside = new OutsideSampler();
  readonly #figures = makeFigures();
  /** The same as in the ring, so that nothing is read of it again and again. */
  readonly #recent: Sample[];
  #mainAt: number | undefined;

  constructor(box: BlackBox) {
    this.#box = box;
    this.#ring = new SampleRing(box);
    this.#recent = this.#ring.read(Date.now() - RECENT);
  }

  /** The samples of the last two minutes, the oldest first. */
  get recent(): readonly Sample[] {
    return this.#recent;
  }

  /** Which figures cannot be had, and why. */
  missing(): string[] {
    return this.#outside.missing();
  }

  /** Adds a sample. `elapsed`: milliseconds since the last one; `silent`: for how long the main thread has been. */
  take(elapsed: number, silent: number): void {
    const figures = this.#figures;
    const at = takeSlot(this.#box, figures);
    // What it said before is known already, and what it says no more is not known.
    if (at === undefined || at === this.#mainAt) figures.fill(Number.NaN);
    this.#mainAt = at ?? this.#mainAt;
    this.#outside.read(elapsed, figures);
    figures[FIGURE.heartbeat_gap_ms] = silent;
    const now = Date.now();
    this.#ring.push(now, elapsed, figures);
    this.#recent.push(sampleOf(now, elapsed, figures));
    if (this.#recent.length > MOST) this.#recent.shift();
  }
}

function sampleOf(at: number, interval: number, figures: Figures): Sample {
  const sample: { at: number; interval: number } & { [name in SampleFieldName]?: number } = { at, interval };
  for (const [i, name] of FIGURES.entries()) {
    const value = figures[i] as number;
    if (!Number.isNaN(value)) sample[name] = value;
  }
  return sample;
}
