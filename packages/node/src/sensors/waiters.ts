import type { Sop } from "@sop/core";

/** Tracked locks, or tracked pools, that say how many wait for them. */
export interface Waiters {
  readonly kind: "lock" | "pool";
  /** Quick, and without garbage: it is asked five times a second. */
  numbers(): { readonly waiting: number };
}

const all = new WeakMap<Sop, Set<Waiters>>();

/** Lets the sensors of `sop` count who waits. Returns a function that ends it. */
export function countWaiters(sop: Sop, waiters: Waiters): () => void {
  const known = waitersOf(sop);
  known.add(waiters);
  return () => known.delete(waiters);
}

/** What was added, now and later. */
export function waitersOf(sop: Sop): Set<Waiters> {
  const known = all.get(sop) ?? new Set();
  all.set(sop, known);
  return known;
}
