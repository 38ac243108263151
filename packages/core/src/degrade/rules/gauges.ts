import { emptyTotals, type Totals } from "../../metrics/totals.js";
import type { Threshold } from "./condition-options.js";
import { COUNTED, isCounted } from "./metric.js";
import { WindowTotals } from "./window-totals.js";

/** Where figures come from. */
export interface Figures {
  /** Of the buckets, in seconds. */
  readonly bounds: readonly number[];
  /** Adds what was counted since the start, of all routes or of one. */
  readonly total: (into: Totals, route: string | undefined) => void;
  readonly inFlight: () => number;
  /** Crashes of the service within so many milliseconds. */
  readonly crashes: (window: number) => number;
}

/** The counters of all routes or of one, and the windows that are taken of them. */
interface Counters {
  readonly counted: Totals;
  readonly windows: Map<number, WindowTotals>;
}

/** The figures that rules ask for, each window of each route once. */
export class Gauges {
  readonly #figures: Figures;
  readonly #now: number;
  readonly #routes = new Map<string | undefined, Counters>();

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
    const taken = this.#window(window, route);
    return () => of(taken.totals, taken.elapsed / 1_000, this.#figures.bounds);
  }

  /** Takes all windows that end now. */
  measure(now: number): void {
    for (const [route, { counted, windows }] of this.#routes) {
      counted.fill(0);
      this.#figures.total(counted, route);
      for (const window of windows.values()) window.measure(now, counted);
    }
  }

  #window(window: number, route: string | undefined): WindowTotals {
    const counters: Counters = this.#routes.get(route) ?? {
      counted: emptyTotals(this.#figures.bounds),
      windows: new Map(),
    };
    this.#routes.set(route, counters);
    const taken = counters.windows.get(window) ?? new WindowTotals(window, this.#now, counters.counted);
    counters.windows.set(window, taken);
    return taken;
  }
}
