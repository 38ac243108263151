import type { Clock } from "../../ports/clock.js";
import type { BreakerChange } from "./events.js";
import type { BreakerStateName } from "./state.js";

/** What a breaker needs of the world around it; shared by all breakers of a `Sop`. */
export interface BreakerPorts {
  readonly clock: Clock;
  /** 0..1, 1 left out. */
  readonly random: () => number;
  /** The trace of the running request. */
  readonly traceId: () => string | undefined;
  /** Told of each change of state. */
  readonly changed: (change: BreakerChange) => void;
  /** Told what a user's function threw. */
  readonly report: (culprit: object, error: unknown) => void;
}

/** How often a breaker was called since the start or the last `reset`, by kind. */
export interface BreakerCalls {
  readonly successful: number;
  readonly failed: number;
  readonly ignored: number;
  readonly not_permitted: number;
}

/** What a breaker has counted. */
export interface BreakerMetrics {
  readonly name: string;
  readonly state: BreakerStateName;
  /** Share of failed calls in the window, weighted, at most 1; `undefined` below `minimumNumberOfCalls`. */
  readonly failureRate: number | undefined;
  /** Share of slow calls in the window; `undefined` below `minimumNumberOfCalls`. */
  readonly slowCallRate: number | undefined;
  /** Calls in the window. */
  readonly buffered: number;
  /** What the window is made of: the last `size` calls, or the calls of the last `size` milliseconds. */
  readonly window: { readonly type: "count" | "time"; readonly size: number };
  /** Milliseconds until calls are tried again; `undefined` where they are, or where nobody knows. */
  readonly retryAfter: number | undefined;
  readonly calls: BreakerCalls;
}
