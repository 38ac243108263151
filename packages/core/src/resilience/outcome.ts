import type { Call, Task } from "./call.js";

/**
 * What a policy makes of how the call within it ended: it is told once, by one of the two. Each gives what the policy's own call gives,
 * or a promise of that, and throws what it fails with; both hand on what they do not change to the outcome of the policy around.
 * A value is passed on unread, so it has no type here.
 */
export interface Outcome {
  passed(value: unknown): unknown;
  failed(error: unknown): unknown;
}

/** What a policy guards: the policy within it, or the function. */
export interface Inner {
  /** Calls it, and gives a promise of what `outcome` makes of its end. Never throws. */
  start(task: Task<unknown>, call: Call, outcome: Outcome): Promise<unknown>;
}

/** The outcome of a call that no policy is around. */
export const END: Outcome = {
  passed: (value) => value,
  failed: (error) => {
    throw error;
  },
};

/** What `outcome` makes of a promise. */
export function through(promise: Promise<unknown>, outcome: Outcome): Promise<unknown> {
  if (outcome === END) return promise;
  return promise.then(
    (value) => outcome.passed(value),
    (error: unknown) => outcome.failed(error),
  );
}

/** What `outcome` makes of a call that failed before it began. */
export function failedAt(outcome: Outcome, error: unknown): Promise<unknown> {
  return through(Promise.reject(error), outcome);
}
