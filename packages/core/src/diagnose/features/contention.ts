import { type LockGraph, lockGraph } from "../lock-graph.js";
import type { Contender, RecordedPool } from "../window/contention.js";
import type { SampleFieldName } from "../window/sample.js";
import { type Feature, latest, now, reading } from "./feature.js";
import { pointsOf, type View } from "./view.js";

const LATELY = 2_000;

/** Of locks, pools and races. */
export const contentionFeatures = {
  lock_cycle_depth_count: {
    about: "owners that wait for each other in a ring",
    of: (view) => now(view, graphOf(view)?.cycle.length),
  },
  lock_chain_count: {
    about: "the longest chain of owners that wait for the next",
    of: (view) => now(view, graphOf(view)?.longestChain.length),
  },
  lock_waiting_count: latest("lock_waiting_count", "who waits for tracked locks"),
  lock_oldest_wait_ms: {
    about: "for how long the first in the queue of a lock has been waiting",
    of: (view) => now(view, oldest(view, view.window.locks)),
  },
  lock_waiting_least_count: leastLately(
    "lock_waiting_count",
    "who waits for tracked locks, at least, in the last two seconds",
  ),
  pool_waiting_least_count: leastLately(
    "pool_waiting_count",
    "who waits for tracked pools, at least, in the last two seconds",
  ),
  pool_exhausted_count: {
    about: "pools of which all is in use while others wait",
    of: (view) => now(view, view.window.pools?.filter(isExhausted).length),
  },
  pool_waiting_count: {
    about: "who waits for pools of which all is in use",
    of: (view) =>
      now(
        view,
        view.window.pools?.filter(isExhausted).reduce((sum, { waiting }) => sum + waiting, 0),
      ),
  },
  pool_oldest_wait_ms: {
    about: "for how long the first in the queue of a pool has been waiting",
    of: (view) => now(view, oldest(view, view.window.pools)),
  },
  pool_oldest_hold_ms: {
    about: "for how long something of a pool that others wait for has been held",
    of: (view) =>
      now(
        view,
        oldest(
          view,
          view.window.pools?.filter(isExhausted).map(({ holders }) => ({ waiters: holders })),
        ),
      ),
  },
  pool_offline_waiting_count: {
    about: "who waits for a client that has no connection",
    of: (view) =>
      now(
        view,
        view.window.pools?.filter(isOffline).reduce((sum, { waiting }) => sum + waiting, 0),
      ),
  },
  pool_offline_wait_ms: {
    about: "for how long the first of those has been waiting",
    of: (view) => now(view, oldest(view, view.window.pools?.filter(isOffline))),
  },
  race_count: {
    about: "overlaps of two contexts that were seen",
    of: (view) =>
      now(
        view,
        view.window.races?.reduce((sum, { count }) => sum + count, 0),
      ),
  },
} as const satisfies Readonly<Record<string, Feature>>;

/** The least of a figure in the last two seconds: above it there were always some. */
function leastLately(name: SampleFieldName, about: string): Feature {
  return {
    about,
    of({ samples }) {
      const end = samples.at(-1)?.at ?? 0;
      const points = pointsOf(
        samples.filter(({ at }) => at >= end - LATELY),
        name,
      );
      return reading(points, Math.min(...points.map(([, value]) => value)));
    },
  };
}

function graphOf({ window: { locks, pools } }: View): LockGraph | undefined {
  return lockGraph(locks, pools);
}

function isExhausted({ used, max, waiting }: RecordedPool): boolean {
  return waiting > 0 && used > 0 && (max === undefined || used >= max);
}

/** A client that queues what it cannot send: nothing of it is in use, for there is no connection. */
function isOffline({ used, waiting }: RecordedPool): boolean {
  return waiting > 0 && used === 0;
}

function oldest(
  { window, samples }: View,
  queues: readonly { readonly waiters: readonly Contender[] }[] | undefined,
): number | undefined {
  const since = queues?.flatMap(({ waiters }) => waiters.map((waiter) => waiter.since));
  if (since === undefined) return undefined;
  const end = samples.at(-1)?.at ?? window.troubleAt;
  return since.length === 0 || end === undefined ? 0 : Math.max(0, end - Math.min(...since));
}
