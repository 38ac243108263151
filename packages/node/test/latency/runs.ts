import { bucketOf } from "../../src/latency/buckets.ts";
import { LATENCY_BOUNDS, type LatencyRun, type LatencySlice, latencyRun } from "../../src/latency.ts";

export const BEGIN = Date.parse("2026-11-25T05:00:00Z");

/** One slice of a second, of latencies by route; negative ones are errors. */
export function slice(second: number, routes: Readonly<Record<string, readonly number[]>>): LatencySlice {
  return {
    at: BEGIN + second * 1_000,
    routes: Object.entries(routes).map(([route, latencies]) => {
      const counts = new Map<number, number>();
      for (const ms of latencies) {
        const bucket = bucketOf(Math.abs(ms));
        counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
      }
      const sorted = [...counts].sort(([a], [b]) => a - b);
      return { route, errors: latencies.filter((ms) => ms < 0).length, cancelled: 0, counts: sorted };
    }),
  };
}

/** A run of slices, of as many seconds as there are. */
export function runOf(slices: readonly LatencySlice[], about: Partial<LatencyRun> = {}): LatencyRun {
  const last = slices.at(-1)?.at ?? BEGIN;
  return latencyRun({
    service: "shop",
    source: "a test",
    from: new Date(BEGIN).toISOString(),
    until: new Date(last + 1_000).toISOString(),
    interval: 1_000,
    bounds: LATENCY_BOUNDS,
    slices,
    ...about,
  });
}

/** So many of one latency. */
export function times(count: number, ms: number): number[] {
  return new Array(count).fill(ms);
}
