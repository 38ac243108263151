/** Who holds a lock or waits for it: an async context, which is a request where there is one. */
export interface Contender {
  /** The same for all that one context does: the request's id, else a number of its own. */
  readonly owner: string;
  readonly requestId?: string | undefined;
  readonly route?: string | undefined;
  /** Milliseconds since 1970: since when. */
  readonly since: number;
  /** Where in the application, as `file:line:column`. */
  readonly site?: string | undefined;
}

/** A tracked lock as it was. */
export interface RecordedLock {
  readonly name: string;
  readonly kind: "mutex" | "semaphore";
  /** How many may hold it. */
  readonly max: number;
  readonly holders: readonly Contender[];
  /** The first in the queue first. */
  readonly waiters: readonly Contender[];
}

/** A pool as it was. */
export interface RecordedPool {
  readonly name: string;
  /** The library that it is of. */
  readonly kind: string;
  readonly used: number;
  readonly max: number | undefined;
  readonly waiting: number;
  /** Who holds what of it, and who waits, where it is tracked; the first in the queue first. */
  readonly holders: readonly Contender[];
  readonly waiters: readonly Contender[];
}

/** Two contexts that were seen to overlap where they must not. */
export interface RecordedRace {
  readonly kind: "lost_update" | "time_of_check_to_time_of_use";
  /** What they both had to do with: a session store, a cache, a file, a port. */
  readonly store: string;
  /** The key, as a digest where it may be a secret. */
  readonly key: string;
  /** What each did, in the order of time: `read`, `write`, `check`, `use`. */
  readonly steps: readonly {
    readonly at: number;
    readonly owner: string;
    readonly requestId?: string | undefined;
    readonly route?: string | undefined;
    readonly action: "read" | "write" | "check" | "use" | "use_failed";
  }[];
  /** How often it was seen within the window. */
  readonly count: number;
}
