/** The loop that runs a process' callbacks, as far as it tells how busy it is. */
export interface EventLoop {
  /** Milliseconds that it had nothing to do since it began; never goes back. 0 while it never had nothing to do. */
  idle(): number;
  /** Calls `fn` once, when what is ready in the running turn was handled. */
  endOfTurn(fn: () => void): void;
}

interface NodeLike {
  readonly performance: { readonly nodeTiming?: { readonly idleTime?: number } };
  readonly setImmediate?: (fn: () => void) => unknown;
}

/** Node's loop; `undefined` where the runtime does not tell how long its loop slept. */
export function systemEventLoop(): EventLoop | undefined {
  const { performance, setImmediate } = globalThis as unknown as NodeLike;
  const { nodeTiming } = performance;
  if (typeof nodeTiming?.idleTime !== "number" || setImmediate === undefined) return undefined;
  return {
    idle: () => nodeTiming.idleTime ?? 0,
    endOfTurn: (fn) => void setImmediate(fn),
  };
}
