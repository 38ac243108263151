import type { Call, Task } from "./call.js";

/** Calls `task` and gives a promise of what comes of it, also where it throws at once or gives a thenable. */
export function called<T>(task: Task<T>, call: Call): Promise<T> {
  try {
    const result = task(call);
    return result instanceof Promise ? result : Promise.resolve(result);
  } catch (error) {
    return Promise.reject(error);
  }
}

/** As `called`; of a call that was given up nothing is called. */
export function started<T>(task: Task<T>, call: Call): Promise<T> {
  return call.aborted ? Promise.reject(call.signal.reason) : called(task, call);
}
