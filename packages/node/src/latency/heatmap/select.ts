import { added, figuresOf, type LatencyRun, type RouteLatency, type TimedLatency, together } from "../run.js";

/** The busiest routes, and the rest as one. Runs are ordered by traffic. */
export function busiest({ bounds, routes }: LatencyRun, most: number): RouteLatency[] {
  if (routes.length <= most) return [...routes];
  const rest = routes.slice(most - 1);
  return [...routes.slice(0, most - 1), merge(bounds, `${rest.length} other routes`, rest)];
}

function merge(bounds: readonly number[], name: string, routes: readonly RouteLatency[]): RouteLatency {
  const byTime = new Map<number, TimedLatency[]>();
  for (const slice of routes.flatMap(({ slices }) => slices)) {
    const known = byTime.get(slice.at);
    if (known) known.push(slice);
    else byTime.set(slice.at, [slice]);
  }
  const slices = [...byTime]
    .sort(([a], [b]) => a - b)
    .map(([at, group]) => {
      const all = added(group);
      return { at, ...figuresOf(bounds, all), counts: all.counts };
    });
  return together(bounds, name, slices);
}
