import { FIGURE, makeFigures, takeSlot } from "../../blackbox/main-slot.js";
import type { BlackBox } from "../../blackbox/memory.js";
import { SampleRing } from "../../blackbox/sample-ring.js";
import { OutsideSampler } from "../../sensors/outside/outside-sampler.js";

/** Makes samples of what the main thread last said of itself, and of what can be seen from outside of it. */
export class Sampler {
  readonly ring: SampleRing;
  readonly #box: BlackBox;
  readonly #outside = new OutsideSampler();
  readonly #figures = makeFigures();
  #mainAt: number | undefined;

  constructor(box: BlackBox) {
    this.#box = box;
    this.ring = new SampleRing(box);
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
    this.ring.push(Date.now(), elapsed, figures);
  }
}
