import type { LatencySlice } from "@sop/node/latency";
import { kindOf, routeOf } from "./histogram.js";
import type { Sample } from "./parse.js";

/** One reading of a histogram's buckets: all series that there were at a time. */
export interface Reading {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly buckets: readonly Sample[];
}

/** A series without its bound. */
interface Series {
  readonly labels: Sample["labels"];
  /** Cumulative counts by bound, in the metric's unit. */
  readonly counts: Map<number, number>;
}

type Cell = { errors: number; cancelled: number; counts: Map<number, number> };

/**
 * Turns readings of cumulative histograms into what happened between them. A count that fell was reset, and counts from 0; a series that was
 * not there before began at 0 where its target was seen before, else it is only remembered.
 */
export class Differences {
  readonly #unit: number;
  readonly #isKnown: (labels: Sample["labels"], at: number) => boolean;
  readonly #bounds = new Set<number>();
  readonly #slices: { at: number; routes: Map<string, Cell> }[] = [];
  #before = new Map<string, Series>();
  #from: number | undefined;
  #until = 0;
  #resets = 0;

  /**
   * `unit`: milliseconds of the metric's unit. `isKnown`: whether the target of a new series was read before, so that the series must have
   * begun since.
   */
  constructor(unit: number, isKnown: (labels: Sample["labels"], at: number) => boolean) {
    this.#unit = unit;
    this.#isKnown = isKnown;
  }

  /** Adds the next reading. */
  add({ at, buckets }: Reading): void {
    const series = bySeries(buckets);
    if (this.#from === undefined) this.#from = at;
    else this.#compare(series, this.#until);
    this.#until = at;
    // A series that is away for one reading is still the same.
    this.#before = new Map([...this.#before, ...series]);
  }

  /** Counts that fell: each is a restart of a process. */
  get resets(): number {
    return this.#resets;
  }

  /** What happened so far. Times are milliseconds since 1970, bounds milliseconds. */
  read(): { from: number; until: number; bounds: number[]; slices: LatencySlice[] } {
    const bounds = [...this.#bounds].sort((a, b) => a - b);
    const index = new Map(bounds.map((bound, i) => [bound, i]));
    const slices = this.#slices.map(({ at, routes }) => ({
      at,
      routes: [...routes].map(([route, { errors, cancelled, counts }]) => ({
        route,
        errors,
        cancelled,
        counts: [...counts]
          .map(([bound, n]): [number, number] => [index.get(bound) ?? bounds.length, n])
          .sort(([a], [b]) => a - b),
      })),
    }));
    const inMilliseconds = bounds.map((bound) => Number((bound * this.#unit).toPrecision(12)));
    return { from: this.#from ?? 0, until: this.#until, bounds: inMilliseconds, slices };
  }

  #compare(series: ReadonlyMap<string, Series>, from: number): void {
    const routes = new Map<string, Cell>();
    for (const [key, { labels, counts }] of series) {
      const before = this.#before.get(key)?.counts;
      if (before === undefined && !this.#isKnown(labels, from)) continue;
      const wasReset = before !== undefined && [...counts].some(([bound, n]) => n < (before.get(bound) ?? 0));
      if (wasReset) this.#resets++;
      this.#count(routes, labels, counts, wasReset ? undefined : before);
    }
    if (routes.size > 0) this.#slices.push({ at: from, routes });
  }

  #count(
    routes: Map<string, Cell>,
    labels: Sample["labels"],
    counts: ReadonlyMap<number, number>,
    before: ReadonlyMap<number, number> | undefined,
  ): void {
    const route = routeOf(labels);
    const cell = routes.get(route) ?? { errors: 0, cancelled: 0, counts: new Map<number, number>() };
    let above = Number.POSITIVE_INFINITY;
    const upTo = [...counts]
      .sort(([a], [b]) => b - a)
      .map(([bound, n]): [number, number] => {
        // Buckets may be read while they are written: none has more than the next.
        above = Math.max(0, Math.min(above, n - (before?.get(bound) ?? 0)));
        return [bound, above];
      });
    let all = 0;
    for (const [bound, n] of upTo.reverse()) {
      if (Number.isFinite(bound)) this.#bounds.add(bound);
      if (n > all) cell.counts.set(bound, (cell.counts.get(bound) ?? 0) + n - all);
      all = n;
    }
    if (all === 0) return;
    const kind = kindOf(labels);
    if (kind === "error") cell.errors += all;
    if (kind === "cancelled") cell.cancelled += all;
    routes.set(route, cell);
  }
}

function bySeries(buckets: readonly Sample[]): Map<string, Series> {
  const series = new Map<string, Series>();
  for (const { labels, value } of buckets) {
    const { le, ...rest } = labels;
    const bound = le === undefined ? Number.NaN : le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le);
    // A bound that is none, or not above 0, can hold no duration.
    if (Number.isNaN(bound) || bound <= 0 || !Number.isFinite(value) || value < 0) continue;
    const key = JSON.stringify(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)));
    const known = series.get(key) ?? { labels: rest, counts: new Map<number, number>() };
    known.counts.set(bound, value);
    series.set(key, known);
  }
  return series;
}
