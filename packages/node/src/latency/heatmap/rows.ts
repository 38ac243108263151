import { highEnd, type LatencyScale, lowEnd } from "./scale.js";

/** A row of the heat map: neighbouring buckets that together are high enough to be seen. */
export interface Row {
  readonly top: number;
  readonly bottom: number;
}

const LEAST_HEIGHT = 6;

/** The row of each bucket, or `undefined` where the axis does not reach. A bucket is never divided. */
export function rowsOf(bounds: readonly number[], scale: LatencyScale, height: number): (Row | undefined)[] {
  const rows: (Row | undefined)[] = new Array(bounds.length + 1).fill(undefined);
  let first: number | undefined;
  for (let bucket = 0; bucket <= bounds.length; bucket++) {
    if (highEnd(bounds, bucket) <= scale.low || lowEnd(bounds, bucket) >= scale.high) continue;
    first ??= bucket;
    const bottom = scale.y(lowEnd(bounds, first), height);
    const top = scale.y(highEnd(bounds, bucket), height);
    const isLast = bucket === bounds.length || lowEnd(bounds, bucket + 1) >= scale.high;
    if (bottom - top < LEAST_HEIGHT && !isLast) continue;
    // What is at an end of the axis is seen there, however much of it there is.
    rows.fill({ top: Math.min(top, bottom - 2), bottom }, first, bucket + 1);
    first = undefined;
  }
  return rows;
}
