import type { Sample } from "@sop/core";
import { FIGURE, makeFigures, takeSlot } from "../../blackbox/main-slot.js";
import type { BlackBox } from "../../blackbox/memory.js";
import { SampleRing } from "../../blackbox/sample-ring.js";
import { OutsideSampler } from "../../sensors/outside/outside-sampler.js";

/** How far back a diagnosis looks, in milliseconds. */
const WINDOW = 120_000;

/** Makes samples of what the main thread last said of itself, and of what can be seen from outside of it. */
export class Sampler {
  readonly ring: SampleRing;
  readonly #box: BlackBox;
  readonly #outside = new OutsideSampler();
  readonly #figures = makeFigures();
  #mainAt: number | undefined;
  #recent: Sample[] = [];
  #next = 0;

  constructor(box: BlackBox) {
    this.#box = box;
    this.ring = new SampleRing(box);
  }

  /** Which figures cannot be had, and why. */
  missing(): string[] {
    return this.#outside.missing();
  }

  /** The samples from `since` on, milliseconds since 1970, of the last two minutes at most: each is read once. */
  recent(since: number): readonly Sample[] {
    this.#next = this.ring.readInto(this.#recent, this.#next, Date.now() - WINDOW);
    const oldest = Date.now() - WINDOW;
    const isOld = (this.#recent[0]?.at ?? oldest) < oldest;
    if (isOld) this.#recent = this.#recent.filter(({ at }) => at >= oldest);
    const first = this.#recent.findIndex(({ at }) => at >= since);
    return first < 0 ? [] : this.#recent.slice(first);
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
