import type { Call, Task } from "./call.js";

/** Calls `task` and gives a promise of what comes of it, also where it throws at once or gives a thenable. */
export function started<T>(task: Task<T>, call: Call): Promise<T> {
  try {
    const result = task(call);
    return result instanceof Promise ? result : Promise.resolve(result);
  } catch (error) {
    return Promise.reject(error);
  }
}

/**
 * Calls `run` with a call that `signal` gives up: the promise then rejects at once with the signal's reason, and what still
 * comes of the call is dropped. One that is aborted already calls nothing.
 */
export function underSignal<T>(signal: AbortSignal, run: (call: Call) => Promise<T>): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    const done = (): void => signal.removeEventListener("abort", abort);
    signal.addEventListener("abort", abort, { once: true });
    run({ signal, attempt: 1 }).then(resolve, reject).then(done);
  });
}
