import { emptyTotals, type Totals } from "../../metrics/totals.js";

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
  readonly #read: (into: Totals) => void;
  /** A ring, the oldest at `#oldest`; never empty. */
  readonly #readings: Reading[];
  readonly #most: number;
  #oldest = 0;
  /** Since then, as of the last `measure`. */
  readonly totals = emptyTotals();
  /** How long the window was, in milliseconds. */
  elapsed = 0;

  /** `window` in milliseconds; `read` adds what was counted so far to totals of 0. */
  constructor(window: number, now: number, read: (into: Totals) => void) {
    this.#window = window;
    this.#slice = Math.max(LEAST, window / SLICES);
    this.#most = Math.ceil(window / this.#slice) + 2;
    this.#read = read;
    this.#readings = [{ at: now, totals: emptyTotals() }];
    this.#fill(this.#readings[0] as Reading, now);
  }

  /** Takes the window that ends now. */
  measure(now: number): void {
    const base = this.#baseAt(now - this.#window);
    this.totals.fill(0);
    this.#read(this.totals);
    this.elapsed = now - base.at;
    for (let i = 0; i < this.totals.length; i++) (this.totals[i] as number) -= base.totals[i] as number;
    if (now - this.#at(this.#readings.length - 1).at >= this.#slice) this.#keep(now);
  }

  /** The newest reading that is not younger, else the oldest. */
  #baseAt(time: number): Reading {
    let i = this.#readings.length - 1;
    while (i > 0 && this.#at(i).at > time) i--;
    return this.#at(i);
  }

  #keep(now: number): void {
    if (this.#readings.length < this.#most) {
      this.#readings.push(this.#fill({ at: now, totals: emptyTotals() }, now));
    } else {
      this.#fill(this.#at(0), now);
      this.#oldest = (this.#oldest + 1) % this.#most;
    }
  }

  #fill(reading: Reading, now: number): Reading {
    reading.at = now;
    reading.totals.fill(0);
    this.#read(reading.totals);
    return reading;
  }

  #at(index: number): Reading {
    return this.#readings[(this.#oldest + index) % this.#readings.length] as Reading;
  }
}
