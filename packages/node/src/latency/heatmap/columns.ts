import { added, figuresOf, type LatencyRun, type RouteLatency, type TimedLatency } from "../run.js";

/** A column of the heat map: one or more slices of time. */
export interface Column extends TimedLatency {
  /** Its number, from the left. */
  readonly index: number;
}

/** How a run is cut into columns. */
export interface Columns {
  readonly count: number;
  /** How long one is, in milliseconds. */
  readonly width: number;
  /** When the first begins, in milliseconds since 1970. */
  readonly start: number;
}

/** More would be narrower than can be seen. */
const MOST = 120;

export function columnsOf({ from, until, interval }: LatencyRun): Columns {
  const start = Date.parse(from);
  const slices = Math.max(1, Math.ceil((Date.parse(until) - start) / interval));
  const width = Math.ceil(slices / MOST) * interval;
  return { count: Math.ceil((slices * interval) / width), width, start };
}

/** The columns in which something ended of a route; what is outside of the run's time is in the first or the last. */
export function cut(bounds: readonly number[], { slices }: RouteLatency, { count, width, start }: Columns): Column[] {
  const groups = new Map<number, TimedLatency[]>();
  for (const slice of slices) {
    const index = Math.min(count - 1, Math.max(0, Math.floor((slice.at - start) / width)));
    const group = groups.get(index);
    if (group) group.push(slice);
    else groups.set(index, [slice]);
  }
  return [...groups]
    .sort(([a], [b]) => a - b)
    .map(([index, group]) => {
      const all = added(group);
      return { index, at: start + index * width, ...figuresOf(bounds, all), counts: all.counts };
    });
}
