import type { Totals } from "../../metrics/totals.js";

interface Reading {
  at: number;
  readonly totals: Totals;
}

const SLICES = 60;
const LEAST = 1_000;

/**
 * What was counted within a window: the difference of two readings of the counters, of which a window keeps about sixty. Nothing is
 * added to what a request costs.
 */
export class WindowTotals {
  readonly #window: number;
  readonly #slice: number;
  /** A ring, the oldest at `#oldest`; never empty. */
  readonly #readings: Reading[];
  readonly #most: number;
  #oldest = 0;
  /** Since then, as of the last `measure`. */
  readonly totals: Totals;
  /** How long the window was, in milliseconds. */
  elapsed = 0;

  /** `window` in milliseconds; `counted`: what was counted before `now`. */
  constructor(window: number, now: number, counted: Totals) {
    this.#window = window;
    this.#slice = Math.max(LEAST, window / SLICES);
    this.#most = Math.ceil(window / this.#slice) + 2;
    this.totals = new Float64Array(counted.length);
    this.#readings = [{ at: now, totals: counted.slice() }];
  }

  /** Takes the window that ends now; `counted`: what was counted so far. */
  measure(now: number, counted: Totals): void {
    const base = this.#baseAt(now - this.#window);
    this.elapsed = now - base.at;
    for (let i = 0; i < counted.length; i++) this.totals[i] = (counted[i] as number) - (base.totals[i] as number);
    if (now - this.#at(this.#readings.length - 1).at >= this.#slice) this.#keep(now, counted);
  }

  /** The newest reading that is not younger, else the oldest. */
  #baseAt(time: number): Reading {
    let i = this.#readings.length - 1;
    while (i > 0 && this.#at(i).at > time) i--;
    return this.#at(i);
  }

  #keep(now: number, counted: Totals): void {
    if (this.#readings.length < this.#most) {
      this.#readings.push({ at: now, totals: counted.slice() });
      return;
    }
    const reading = this.#at(0);
    reading.at = now;
    reading.totals.set(counted);
    this.#oldest = (this.#oldest + 1) % this.#most;
  }

  #at(index: number): Reading {
    return this.#readings[(this.#oldest + index) % this.#readings.length] as Reading;
  }
}
