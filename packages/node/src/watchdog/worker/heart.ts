import { type BlackBox, CELL } from "../../blackbox/memory.js";

/** A look that comes later than this was kept waiting itself: no more of that time is held against the main thread. */
const LATEST = 500;

/** How long the main thread has been silent, as the watchdog sees it. */
export class Heart {
  readonly #cells: Int32Array;
  readonly #now: () => number;
  #beats: number;
  #lookedAt: number;
  #silent = 0;

  /** `now` in milliseconds, of a clock that never steps. */
  constructor({ cells }: BlackBox, now: () => number) {
    this.#cells = cells;
    this.#now = now;
    this.#beats = this.beats;
    this.#lookedAt = now();
  }

  /** How often it beat: the number stands still while it is silent. */
  get beats(): number {
    return Atomics.load(this.#cells, CELL.beat);
  }

  /** Looks for a beat, and returns for how many milliseconds there has been none; to be called a few times a second. */
  look(): number {
    const { beats } = this;
    const now = this.#now();
    this.#silent = beats === this.#beats ? this.#silent + Math.min(now - this.#lookedAt, LATEST) : 0;
    this.#beats = beats;
    this.#lookedAt = now;
    return this.#silent;
  }
}
