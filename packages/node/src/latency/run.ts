import { type Counts, type Quantile, quantile, sum, total } from "./quantile.js";
import type { LatencySlice, RouteSlice } from "./slices.js";

/** The name of the format of a {@link LatencyRun}. */
export const LATENCY_SCHEMA = "sop.latency/1";

/** What was measured of a service over a span of time: plain JSON. Durations are milliseconds, ratios 0..1. */
export interface LatencyRun {
  readonly schema: typeof LATENCY_SCHEMA;
  /** The service's name, where it is known. */
  readonly service?: string;
  /** Where the figures come from, for people. */
  readonly source: string;
  /** When it began and ended, ISO 8601. */
  readonly from: string;
  readonly until: string;
  /** How long a slice of time is. */
  readonly interval: number;
  /** Upper ends of the buckets, each inclusive; what is above the last is in a bucket of its own. */
  readonly bounds: readonly number[];
  /** What people should know of it: gaps, restarts. */
  readonly notes: readonly string[];
  /** The busiest first. */
  readonly routes: readonly RouteLatency[];
}

/** The figures of one route or slice. */
export interface LatencyFigures {
  readonly requests: number;
  /** Answers with status 500 and above. */
  readonly errors: number;
  /** Requests whose client went away. */
  readonly cancelled: number;
  /** `errors` for each request. */
  readonly errorRatio: number;
  /** Durations that the half, 90 % and 99 % of the requests do not exceed. */
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** One route: its figures in all, and of each slice in which a request ended. */
export interface RouteLatency extends LatencyFigures {
  /** With its method: `GET /orders/:id`. */
  readonly route: string;
  readonly slices: readonly TimedLatency[];
}

/** The figures of one slice of time. */
export interface TimedLatency extends LatencyFigures {
  /** When it began, in milliseconds since 1970. */
  readonly at: number;
  /** Requests by bucket. */
  readonly counts: Counts;
}

/** The quantiles that are told, by name. */
export const QUANTILES = { p50: 0.5, p90: 0.9, p99: 0.99 } as const;

/** The name of a quantile. */
export type QuantileName = keyof typeof QUANTILES;

/** What a run is made of. */
export interface Measured extends Omit<LatencyRun, "schema" | "routes" | "notes"> {
  readonly notes?: readonly string[];
  /** In the order of time. */
  readonly slices: readonly LatencySlice[];
}

/** A run, of what was measured. */
export function latencyRun({ slices, notes = [], ...about }: Measured): LatencyRun {
  const byRoute = new Map<string, TimedLatency[]>();
  for (const { at, routes } of slices) {
    for (const slice of routes) {
      if (total(slice.counts) === 0) continue;
      const timed = { at, ...figuresOf(about.bounds, slice), counts: slice.counts };
      const known = byRoute.get(slice.route);
      if (known) known.push(timed);
      else byRoute.set(slice.route, [timed]);
    }
  }
  const routes = [...byRoute].map(([route, timed]) => together(about.bounds, route, timed));
  routes.sort((a, b) => b.requests - a.requests || (a.route < b.route ? -1 : 1));
  return { schema: LATENCY_SCHEMA, ...about, notes, routes };
}

/** One route of several slices. */
export function together(bounds: readonly number[], route: string, slices: readonly TimedLatency[]): RouteLatency {
  return { route, ...figuresOf(bounds, added(slices)), slices };
}

/** What was counted in several slices. */
export function added(slices: readonly Omit<RouteSlice, "route">[]): Omit<RouteSlice, "route"> {
  return {
    errors: slices.reduce((n, { errors }) => n + errors, 0),
    cancelled: slices.reduce((n, { cancelled }) => n + cancelled, 0),
    counts: sum(slices.map(({ counts }) => counts)),
  };
}

/** The figures of what was counted. */
export function figuresOf(
  bounds: readonly number[],
  { errors, cancelled, counts }: Omit<RouteSlice, "route">,
): LatencyFigures {
  const requests = total(counts);
  const at = (q: number): number => quantile(bounds, counts, q)?.value ?? 0;
  return {
    requests,
    errors,
    cancelled,
    errorRatio: requests === 0 ? 0 : Math.min(1, errors / requests),
    p50: at(QUANTILES.p50),
    p90: at(QUANTILES.p90),
    p99: at(QUANTILES.p99),
  };
}

/** A quantile of all requests of a route, with the bucket that it lies in. */
export function quantileOf(bounds: readonly number[], { slices }: RouteLatency, name: QuantileName): Quantile {
  const found = quantile(bounds, added(slices).counts, QUANTILES[name]);
  return found ?? { value: 0, low: 0, high: 0 };
}
