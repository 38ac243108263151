import type { LatencyRun } from "../run.js";

/** A logarithmic axis of latency. */
export interface LatencyScale {
  /** Its ends, in milliseconds. */
  readonly low: number;
  readonly high: number;
  /** Where a latency is, from 0 at the top to `height`. */
  y(ms: number, height: number): number;
}

/** The axis on which all of the runs can be read. */
export function latencyScale(runs: readonly LatencyRun[]): LatencyScale {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const { bounds, routes } of runs) {
    for (const [bucket] of routes.flatMap(({ slices }) => slices.flatMap(({ counts }) => counts))) {
      low = Math.min(low, lowEnd(bounds, bucket));
      high = Math.max(high, highEnd(bounds, bucket));
    }
  }
  if (high === 0) [low, high] = [1, 1_000];
  // Some room above and below, and at least a decade, so that a steady service does not look like a wild one.
  const room = (high / low) ** 0.06;
  [low, high] = [low / room, high * room];
  const missing = 10 / (high / low);
  if (missing > 1) [low, high] = [low / Math.sqrt(missing), high * Math.sqrt(missing)];
  const span = Math.log(high / low);
  return {
    low,
    high,
    y: (ms, height) => height * (1 - Math.min(1, Math.max(0, Math.log(Math.max(ms, low) / low) / span))),
  };
}

/** The ends of a bucket on a logarithmic axis, where the first has no lower one and the last no upper one. */
export function lowEnd(bounds: readonly number[], bucket: number): number {
  return bucket === 0 ? (bounds[0] as number) / 2 : (bounds[bucket - 1] as number);
}

export function highEnd(bounds: readonly number[], bucket: number): number {
  return bounds[bucket] ?? (bounds.at(-1) as number) * 2;
}

/** The latencies to be written at the axis: 1, 2 and 5 of each decade, fewer where there are many decades. */
export function latencyTicks({ low, high }: LatencyScale): number[] {
  const decades = Math.log10(high / low);
  const digits = decades > 2.6 ? [1] : decades > 1.4 ? [1, 3] : [1, 2, 5];
  const ticks: number[] = [];
  for (let exponent = Math.floor(Math.log10(low)); exponent <= Math.ceil(Math.log10(high)); exponent++) {
    for (const digit of digits) {
      const tick = digit * 10 ** exponent;
      if (tick >= low * 0.999 && tick <= high * 1.001) ticks.push(tick);
    }
  }
  return ticks;
}

/** The times to be written below the plot, in milliseconds from its begin: at most nine. */
export function timeTicks(length: number): number[] {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400];
  const step = 1_000 * (steps.find((seconds) => length / (seconds * 1_000) <= 8) ?? Math.ceil(length / 8_000));
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, i) => i * step);
}

/** A time from the begin: `5 s`, `2 min`, `1 h 30 min`. */
export function formatTime(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 120 && seconds !== 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  if (minutes < 120) return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
