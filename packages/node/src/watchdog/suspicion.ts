import type { Sop } from "@sop/core";

const listeners = new WeakMap<Sop, () => void>();

/** The one who looks into suspicions of `sop`. Returns a function that ends that. */
export function onSuspicion(sop: Sop, listener: () => void): () => void {
  listeners.set(sop, listener);
  return () => {
    if (listeners.get(sop) === listener) listeners.delete(sop);
  };
}

/**
 * A part of the main thread has seen what no sample shows: a cycle of locks, an update that was lost. The watchdog looks into what the parts
 * know at once, and opens an incident if it is one. Without a watchdog nothing happens.
 */
export function suspect(sop: Sop): void {
  listeners.get(sop)?.();
}
