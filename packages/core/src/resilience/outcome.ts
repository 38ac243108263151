import type { Call, Task } from "./call.js";

/**
 * Is told how a call ended: once, by one of the two, and neither throws. A value is passed on unread, so it has no type here.
 * What settles a call from elsewhere (a shared timer, another call that ends) tells it in the call's own async context, because
 * it may go on to call the user's functions.
 */
export interface Outcome {
  passed(value: unknown): void;
  failed(error: unknown): void;
}

/** What a policy guards: the policy within it, or the function. */
export interface Inner {
  /** Calls it. Never throws: `outcome` is told. */
  start(task: Task<unknown>, call: Call, outcome: Outcome): void;
}

/** The end of all: a promise. */
export class Settler implements Outcome {
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: unknown) => void;

  constructor(resolve: (value: unknown) => void, reject: (error: unknown) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  passed(value: unknown): void {
    this.#resolve(value);
  }

  failed(error: unknown): void {
    this.#reject(error);
  }
}
