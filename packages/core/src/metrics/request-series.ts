import { type Bounds, emptyHistogram, type Histogram, read, record } from "./histogram.js";
import { OTHER } from "./label-counter.js";
import { addRequests, type Totals } from "./totals.js";

const METHODS = "GET HEAD POST PUT PATCH DELETE OPTIONS".split(" ");

/** One series of the requests: its labels, and its histogram. */
export interface RequestSeries {
  readonly method: string;
  readonly route: string;
  /** The HTTP status as text, or `other`. */
  readonly status: string;
  readonly count: number;
  /** Seconds. */
  readonly sum: number;
  /** Counts by bucket of `MetricsSnapshot.bounds`, not cumulative; the last is `+Inf`. */
  readonly buckets: readonly number[];
}

interface Series {
  readonly method: string;
  readonly route: string;
  readonly status: string;
  readonly cells: Histogram;
}

/** The durations of requests by method, route and status, with a bound on the number of series. */
export class RequestSeriesTable {
  readonly #all: Series[] = [];
  /** By route and method: the series of each status, which is looked up by number. */
  readonly #routes = new Map<string, Map<string, (Series | undefined)[]>>();
  readonly #bounds: Bounds;
  readonly #overflowed: () => void;
  readonly #maxSeries: number;
  #told = false;

  /**
   * `maxSeries`: how many series there may be before further ones are counted with `route="other"`. Those have a series for
   * each method and status, both bounded by themselves.
   */
  constructor(bounds: Bounds, maxSeries: number, overflowed: () => void) {
    this.#bounds = bounds;
    this.#maxSeries = maxSeries;
    this.#overflowed = overflowed;
  }

  record(method: string, route: string, status: number, milliseconds: number): void {
    const known = METHODS.includes(method) ? method : OTHER;
    const valid = status >= 100 && status < 600 ? status : 0;
    const series = this.#routes.get(route)?.get(known)?.[valid];
    if (series) record(series.cells, this.#bounds, milliseconds);
    else if (route === OTHER || this.#all.length < this.#maxSeries) {
      record(this.#add(known, route, valid), this.#bounds, milliseconds);
    } else {
      if (!this.#told) this.#overflowed();
      this.#told = true;
      this.record(method, OTHER, status, milliseconds);
    }
  }

  read(): RequestSeries[] {
    return this.#all.map(({ cells, ...labels }) => ({ ...labels, ...read(cells) }));
  }

  /** Adds what was counted so far, of all routes or of one. */
  total(into: Totals, route: string | undefined): void {
    for (const series of this.#all) {
      if (route === undefined || series.route === route) addRequests(into, series.cells, series.status.startsWith("5"));
    }
  }

  #add(method: string, route: string, status: number): Histogram {
    const methods = this.#routes.get(route) ?? new Map<string, Series[]>();
    const statuses = methods.get(method) ?? [];
    const cells = emptyHistogram(this.#bounds);
    const series = { method, route, status: status === 0 ? OTHER : String(status), cells };
    statuses[status] = series;
    this.#routes.set(route, methods.set(method, statuses));
    this.#all.push(series);
    return cells;
  }
}
