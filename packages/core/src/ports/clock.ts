/** A pending call of a {@link Clock}. */
export type TimerHandle = unknown;

/** Time as the core sees it. Give your own to test without waiting. */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970. */
  now(): number;
  /** Milliseconds since an arbitrary start; never goes back. */
  monotonic(): number;
  /**
   * As `monotonic`, but may be as old as the last reading in the running turn of the event loop: to look at a clock costs as
   * much as to await a function. Default: `monotonic`.
   */
  coarse?(): number;
  /** Calls `fn` once after `ms` milliseconds. A pending call must not keep the process alive, unless `keepAlive` is true. */
  setTimeout(fn: () => void, ms: number, keepAlive?: boolean): TimerHandle;
  /** Forgets a pending call. */
  clearTimeout(handle: TimerHandle): void;
}

interface Turns {
  readonly setImmediate?: (fn: () => void) => unknown;
}

const runtime = globalThis as typeof globalThis & Turns;

/** The last reading of the running turn, NaN at its begin. In a typed array, so that a reading makes no garbage. */
const turn = new Float64Array([Number.NaN]);
const endTurn = (): void => {
  turn[0] = Number.NaN;
};

// Workers has a clock that stands still between I/O by itself, and no end of a turn that one request could hear for another.
const HAS_TURNS = typeof runtime.setImmediate === "function" && runtime.navigator?.userAgent !== "Cloudflare-Workers";

function monotonic(): number {
  const now = performance.now();
  if (!Number.isNaN(turn[0])) turn[0] = now;
  return now;
}

function coarse(): number {
  const known = turn[0] as number;
  if (!Number.isNaN(known)) return known;
  // It keeps the process alive for this one turn: without that the loop could sleep, and wake with the old time.
  runtime.setImmediate?.(endTurn);
  turn[0] = performance.now();
  return turn[0];
}

/** The runtime's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic,
  ...(HAS_TURNS && { coarse }),
  setTimeout: (fn, ms, keepAlive = false) => {
    // Node and Bun return an object that would keep the process alive; elsewhere a handle is a number.
    const handle = setTimeout(fn, ms) as number | { unref?: () => void };
    if (typeof handle === "object" && !keepAlive) handle.unref?.();
    return handle;
  },
  clearTimeout: (handle) => clearTimeout(handle as number),
};

/** The cheapest reading that a clock has. */
export function coarseTime(clock: Clock): number {
  return clock.coarse === undefined ? clock.monotonic() : clock.coarse();
}
