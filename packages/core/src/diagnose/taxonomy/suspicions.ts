import { atLeast, type Check } from "./cause-class.js";
import type { CauseName } from "./taxonomy.js";

/** What makes it worth a look at more than samples: it is no finding, and no harm by itself. */
export interface Suspicion {
  /** The class that more evidence may speak for. */
  readonly of: CauseName;
  readonly sees: string;
  readonly checks: readonly Check[];
}

/** What samples alone cannot tell, and those who know the locks, the pools and what is alive in the heap can. */
export const SUSPICIONS: readonly Suspicion[] = [
  {
    of: "deadlock",
    sees: "a request has no end, and some wait for locks all the time",
    checks: [atLeast("lock_waiting_least_count", 1), atLeast("in_oldest_ms", 1_500)],
  },
  {
    of: "pool_exhaustion",
    sees: "a request has no end, and some wait for a pool all the time",
    checks: [atLeast("pool_waiting_least_count", 1), atLeast("in_oldest_ms", 1_500)],
  },
  {
    of: "memory_leak",
    sees: "the old space keeps growing, and nothing of it was collected yet",
    checks: [
      atLeast("heap_old_growth_span_ms", 3_500),
      atLeast("heap_old_slope_second_half_bytes_per_second", 250_000),
      atLeast("heap_old_growth_bytes", 1_500_000),
      atLeast("heap_old_growth_fit_ratio", 0.7),
    ],
  },
];
