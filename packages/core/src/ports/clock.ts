/** A pending call of a {@link Clock}. */
export type TimerHandle = unknown;

/** Time as the core sees it. Give your own to test without waiting. */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970. */
  now(): number;
  /** Milliseconds since an arbitrary start; never goes back. */
  monotonic(): number;
  /** Calls `fn` once after `ms` milliseconds. A pending call must not keep the process alive. */
  setTimeout(fn: () => void, ms: number): TimerHandle;
  /** Forgets a pending call. */
  clearTimeout(handle: TimerHandle): void;
}

/** The runtime's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (fn, ms) => {
    // Node and Bun return an object that would keep the process alive; elsewhere a handle is a number.
    const handle = setTimeout(fn, ms) as number | { unref?: () => void };
    if (typeof handle === "object") handle.unref?.();
    return handle;
  },
  clearTimeout: (handle) => clearTimeout(handle as number),
};
