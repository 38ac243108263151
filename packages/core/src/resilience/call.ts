/** What a guarded function is called with. */
export interface Call {
  /**
   * Aborted when the caller gives up or the time of an outer policy is over: hand it on to `fetch` and the like. Made when it
   * is first read, so that a function that never looks pays nothing.
   */
  readonly signal: AbortSignal;
  /** Which attempt this is: 1, and more where `retry` or `hedge` calls again. */
  readonly attempt: number;
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
}

/** A call that nobody can give up. Each reader gets a signal of its own: listeners would gather on a shared one. */
export const UNLIMITED: Call = {
  get signal(): AbortSignal {
    return new AbortController().signal;
  },
  attempt: 1,
};
