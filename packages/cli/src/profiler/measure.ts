import { type LatencyRun, type LatencySlice, latencyRun, type RouteSlice } from "@sop/node/latency";
import { CommandError } from "../command-error.js";
import { EXIT } from "../terminal.js";
import type { LatencySource, SoFar } from "./sources/source.js";

/** How it is measured. Times are milliseconds. */
export interface MeasureOptions {
  readonly duration: number;
  readonly interval: number;
  /** Which routes; all without it. */
  readonly routes?: RegExp | undefined;
  /** Ends it early. */
  readonly signal: AbortSignal;
  /** How long a time is. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  now(): number;
  /** Told after each question; `run` makes the run so far, which takes a while where it is long. */
  progress(run: () => LatencyRun, share: number): void;
}

/**
 * Asks a source until it has told of the whole duration, or the signal is aborted. Questions that fail meanwhile are asked again: what is slow
 * is what one wants to see. Throws where the first one fails, or the source refuses.
 */
export async function measure(source: LatencySource, options: MeasureOptions): Promise<LatencyRun> {
  const { duration, interval, signal, sleep, now, progress } = options;
  await source.poll();
  const began = now();
  let failed = 0;
  let last: string | undefined;
  const run = (): LatencyRun =>
    runOf(source, options, failed === 0 ? [] : [`${failed} questions had no answer: ${last}.`]);
  const share = (): number => {
    const { from, until } = source.soFar();
    return Math.min(1, Math.max(until - from, 0) / duration);
  };
  progress(run, share());
  // A source that tells nothing new for long does not hold the command up for ever.
  const end = began + duration + Math.max(10_000, 3 * interval);
  const pause = Math.min(interval, source.patience);
  for (let next = began + pause; share() < 1 && now() < end && !signal.aborted; next += pause) {
    await sleep(Math.max(0, next - now()), signal);
    if (signal.aborted) break;
    try {
      await source.poll();
    } catch (error) {
      if (signal.aborted) break;
      if (!(error instanceof CommandError) || error.exit !== EXIT.unreachable) throw error;
      failed++;
      last = error.message;
    }
    progress(run, share());
  }
  return run();
}

/** A run of what a source told. */
export function runOf(
  source: LatencySource,
  { interval, routes, duration }: Pick<MeasureOptions, "interval" | "routes" | "duration">,
  more: readonly string[],
): LatencyRun {
  const { from, until, bounds, slices, notes } = source.soFar();
  const end = Math.min(until, from + Math.ceil(duration / interval) * interval);
  return latencyRun({
    ...(source.service !== undefined && { service: source.service }),
    source: source.name,
    from: new Date(from).toISOString(),
    until: new Date(Math.max(end, from)).toISOString(),
    interval,
    bounds,
    notes: [...notes, ...more],
    slices: regular(
      { from, slices: slices.filter(({ at }) => at >= from && at < Math.max(end, from + 1)) },
      interval,
      routes,
    ),
  });
}

/** Slices of the wanted width, with the wanted routes. */
function regular(
  { from, slices }: Pick<SoFar, "from" | "slices">,
  interval: number,
  routes: RegExp | undefined,
): LatencySlice[] {
  const groups = new Map<number, Map<string, RouteSlice>>();
  for (const { at, routes: all } of slices) {
    const begin = from + Math.floor((at - from) / interval) * interval;
    const group = groups.get(begin) ?? new Map<string, RouteSlice>();
    groups.set(begin, group);
    for (const slice of all) {
      if (routes !== undefined && !routes.test(slice.route)) continue;
      const known = group.get(slice.route);
      group.set(slice.route, known ? joined(known, slice) : slice);
    }
  }
  return [...groups].sort(([a], [b]) => a - b).map(([at, group]) => ({ at, routes: [...group.values()] }));
}

function joined(a: RouteSlice, b: RouteSlice): RouteSlice {
  const counts = new Map(a.counts);
  for (const [bucket, n] of b.counts) counts.set(bucket, (counts.get(bucket) ?? 0) + n);
  return {
    route: a.route,
    errors: a.errors + b.errors,
    cancelled: a.cancelled + b.cancelled,
    counts: [...counts].sort(([x], [y]) => x - y),
  };
}
