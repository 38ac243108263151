import { type Outcome, Settler } from "./outcome.js";

/** Who is told of a failure. */
export type Failing = Pick<Outcome, "failed">;

class Handoff implements Failing {
  #reject: (error: unknown) => void = () => undefined;

  constructor(outcome: Outcome) {
    const failure = new Promise((_, reject) => {
      this.#reject = reject;
    });
    failure.catch((error: unknown) => outcome.failed(error));
  }

  failed(error: unknown): void {
    this.#reject(error);
  }
}

/**
 * `outcome`, for those who tell it of a failure from outside of the call's async context: a promise made now remembers that context.
 * Who awaits a promise has a context of its own, and needs none of this.
 */
export function inContextOf(outcome: Outcome): Failing {
  return outcome instanceof Settler ? outcome : new Handoff(outcome);
}
