/** Told when a call is given up. An object can listen to one call at a time. */
export interface AbortListener {
  /** The next listener of the same call: the call's own. */
  nextListener: AbortListener | undefined;
  abort(reason: unknown): void;
}

/** What a guarded function is called with. */
export interface Call {
  /**
   * Aborted when the caller gives up or the time of an outer policy is over: hand it on to `fetch` and the like. Made when it
   * is first read, so that a function that never looks pays nothing.
   */
  readonly signal: AbortSignal;
  /** Whether the call was given up. To ask this makes no signal. */
  readonly aborted: boolean;
  /** Which attempt this is: 1, and more where `retry` or `hedge` calls again. */
  readonly attempt: number;
  /** When the call's time is over, on the clock's monotonic time; `Infinity` where nobody limits it. */
  readonly deadline: number;
  /** Whether it may be made twice; `undefined` where the caller did not say. */
  readonly idempotent: boolean | undefined;
  /** What the call is about, for a fallback that remembers; `undefined` where the caller did not say. */
  readonly key: string | undefined;
  /** For policies: tells `listener` once when the call is given up, and makes no signal. */
  onAbort(listener: AbortListener): void;
  /** Takes a listener away. */
  offAbort(listener: AbortListener): void;
}

/** What policies guard. What it throws, or rejects with, is the call's failure. */
export type Task<T> = (call: Call) => T | PromiseLike<T>;

/** Options of `execute`. */
export interface ExecuteOptions {
  /**
   * Gives the call up: the promise rejects at once with the signal's reason, also where the function does not listen, and
   * what becomes of the function is nobody's any more. One that is aborted already calls nothing.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * When the caller's time is over, on the clock's monotonic time (`performance.now()`). Policies neither wait nor try again beyond
   * it; to give the call up then is the signal's work.
   */
  readonly deadline?: number | undefined;
  /** Whether the call may be made twice. Default: what `retry` or `hedge` were told. */
  readonly idempotent?: boolean | undefined;
  /** What the call is about: the key under which `fallback({ stale })` remembers its value. */
  readonly key?: string | undefined;
}

/** A call that nobody can give up. Each reader gets a signal of its own: listeners would gather on a shared one. */
export const UNLIMITED: Call = {
  get signal(): AbortSignal {
    return new AbortController().signal;
  },
  aborted: false,
  attempt: 1,
  deadline: Number.POSITIVE_INFINITY,
  idempotent: undefined,
  key: undefined,
  onAbort: () => undefined,
  offAbort: () => undefined,
};
