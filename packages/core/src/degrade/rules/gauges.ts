import type { Totals } from "../../metrics/totals.js";
import type { Threshold } from "./condition-options.js";
import { COUNTED, isCounted } from "./metric.js";
import { WindowTotals } from "./window-totals.js";

/** Where figures come from. */
export interface Figures {
  /** Adds what was counted since the start, of all routes or of one. */
  readonly total: (into: Totals, route: string | undefined) => void;
  readonly inFlight: () => number;
  /** Crashes of the service within so many milliseconds. */
  readonly crashes: (window: number) => number;
}

/** The figures that rules ask for, each window of each route once. */
export class Gauges {
  readonly #figures: Figures;
  readonly #now: number;
  readonly #windows = new Map<string, WindowTotals>();

  /** `now`: when counting began. */
  constructor(figures: Figures, now: number) {
    this.#figures = figures;
    this.#now = now;
  }

  /** What reads a figure, as of the last `measure`. */
  gauge({ metric, window, route }: Threshold): () => number | undefined {
    if (metric === "in_flight") return this.#figures.inFlight;
    if (!isCounted(metric)) return () => this.#figures.crashes(window);
    const { of } = COUNTED[metric];
    const totals = this.#totals(window, route);
    return () => of(totals.totals, totals.elapsed / 1_000);
  }

  /** Takes all windows that end now. */
  measure(now: number): void {
    for (const window of this.#windows.values()) window.measure(now);
  }

  #totals(window: number, route: string | undefined): WindowTotals {
    const key = JSON.stringify([window, route]);
    const known = this.#windows.get(key);
    if (known) return known;
    const totals = new WindowTotals(window, this.#now, (into) => this.#figures.total(into, route));
    this.#windows.set(key, totals);
    return totals;
  }
}
