import { type LatencyRun, QUANTILES, type QuantileName, quantileOf, type RouteLatency } from "./run.js";

/** How a figure of a route changed. */
export interface Change {
  readonly before: number;
  readonly after: number;
  /** Of a quantile `after / before - 1`, of the error ratio `after - before`; above 0 it got worse. */
  readonly by: number;
  /** `same`: too little, or not to be told apart in the buckets that both were counted in. */
  readonly verdict: "better" | "worse" | "same";
  /** Whether there were requests enough: for P99 100 in each run, for P90 10, for P50 2. */
  readonly isJudged: boolean;
}

/** How a route changed between two runs. */
export type RouteChange =
  | { readonly route: string; readonly in: "both"; readonly changes: Readonly<Record<ChangedFigure, Change>> }
  | { readonly route: string; readonly in: "before" | "after" };

/** A figure that is compared. */
export type ChangedFigure = QuantileName | "errorRatio";

/** Less is noise: a twentieth of a quantile, half a percentage point of the error ratio. */
const LEAST = { quantile: 0.05, errorRatio: 0.005 };

/** Compares two runs, route by route: those of `after` in their order, then those that only `before` has. */
export function compareRuns(before: LatencyRun, after: LatencyRun): RouteChange[] {
  const known = new Map(before.routes.map((route) => [route.route, route]));
  const changes = after.routes.map((now): RouteChange => {
    const was = known.get(now.route);
    known.delete(now.route);
    if (was === undefined) return { route: now.route, in: "after" };
    const changed = (name: QuantileName): Change => quantileChange(name, [before, was], [after, now]);
    return {
      route: now.route,
      in: "both",
      changes: {
        p50: changed("p50"),
        p90: changed("p90"),
        p99: changed("p99"),
        errorRatio: ratioChange(was, now),
      },
    };
  });
  return [...changes, ...[...known.keys()].map((route): RouteChange => ({ route, in: "before" }))];
}

type Side = readonly [run: LatencyRun, route: RouteLatency];

function quantileChange(name: QuantileName, [before, was]: Side, [after, now]: Side): Change {
  const a = quantileOf(before.bounds, was, name);
  const b = quantileOf(after.bounds, now, name);
  const by = a.value === 0 ? 0 : b.value / a.value - 1;
  const isAlike = (a.low < b.high && b.low < a.high) || Math.abs(by) < LEAST.quantile;
  const fewest = Math.min(was.requests, now.requests);
  return {
    before: a.value,
    after: b.value,
    by,
    verdict: isAlike ? "same" : b.value > a.value ? "worse" : "better",
    // One request at least lies beyond it; 1 - 0.9 is a little less than a tenth.
    isJudged: fewest * (1 - QUANTILES[name]) >= 0.999,
  };
}

function ratioChange(was: RouteLatency, now: RouteLatency): Change {
  const by = now.errorRatio - was.errorRatio;
  return {
    before: was.errorRatio,
    after: now.errorRatio,
    by,
    verdict: Math.abs(by) < LEAST.errorRatio ? "same" : by > 0 ? "worse" : "better",
    isJudged: Math.min(was.requests, now.requests) >= 10,
  };
}
