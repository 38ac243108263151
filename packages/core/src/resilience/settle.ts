import type { Call, Task } from "./call.js";

/**
 * Calls `task` and gives a promise of what comes of it, also where it throws at once or gives a thenable. Of a call that was
 * given up nothing is called.
 */
export function started<T>(task: Task<T>, call: Call): Promise<T> {
  if (call.aborted) return Promise.reject(call.signal.reason);
  try {
    const result = task(call);
    return result instanceof Promise ? result : Promise.resolve(result);
  } catch (error) {
    return Promise.reject(error);
  }
}
