import type { Counts } from "./quantile.js";
import type { RecordedLatency } from "./recording.js";

/** What ended in one slice of time. */
export interface LatencySlice {
  /** When it began, in milliseconds since 1970. */
  readonly at: number;
  readonly routes: readonly RouteSlice[];
}

/** What ended of one route in a slice. */
export interface RouteSlice {
  /** With its method: `GET /orders/:id`. */
  readonly route: string;
  /** Answers with status 500 and above. */
  readonly errors: number;
  /** Requests whose client went away. */
  readonly cancelled: number;
  /** All requests, by bucket of their duration. */
  readonly counts: Counts;
}

/** The slices of a recording, as they are read by others. */
export function slicesOf({ routes, slices }: RecordedLatency): LatencySlice[] {
  return slices.map(({ at, cells }) => ({ at, routes: unpack(cells, routes) }));
}

function unpack(cells: Uint32Array, names: readonly string[]): RouteSlice[] {
  const found: RouteSlice[] = [];
  let i = 0;
  while (i < cells.length) {
    const [index = 0, errors = 0, cancelled = 0, pairs = 0] = cells.subarray(i, i + 4);
    i += 4;
    const counts: [number, number][] = [];
    for (const end = i + pairs * 2; i < end; i += 2) counts.push([cells[i] as number, cells[i + 1] as number]);
    found.push({ route: names[index] as string, errors, cancelled, counts });
  }
  return found;
}
