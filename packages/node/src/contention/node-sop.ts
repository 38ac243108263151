import type { Sop } from "@sop/core";
import { type TrackStoreOptions, trackStore } from "./races/store.js";
import { track } from "./track.js";

/** The Sop of a Node service: the core's, and what is tracked by name. */
export interface NodeSop extends Sop {
  /**
   * Tracks a lock, a semaphore or a pool of async-mutex, p-limit, generic-pool, pg, knex, tarn, ioredis, undici and some others, or whatever has
   * `acquire` and `release`. Returns what is to be used in its place, which is the thing itself but for p-limit. Throws `SOP_ERR_OPTION` for
   * anything else.
   */
  track<T extends object>(thing: T, name: string): T;
  /**
   * Watches a store of sessions, a cache, or whatever else has `get(key)` and `set(key, value)`, for updates that are lost. Returns it. Throws
   * `SOP_ERR_OPTION` for what is no store.
   */
  trackStore<T extends object>(store: T, name: string, options?: TrackStoreOptions): T;
}

/** Gives a Sop what is tracked by name. */
export function withTracking(sop: Sop): NodeSop {
  return Object.assign(sop, {
    track: <T extends object>(thing: T, name: string): T => track(sop, thing, name),
    trackStore: <T extends object>(store: T, name: string, options?: TrackStoreOptions): T =>
      trackStore(sop, store, name, options),
  });
}
