import { coarseTime } from "../../ports/clock.js";
import type { Machine } from "./machine.js";
import type { Counting } from "./state.js";

/**
 * What settles the calls of a state. Its two functions are made once, so that a call makes none: where durations are not
 * measured all calls of a state share one; where they are, each call takes one that has done its work.
 */
export class Verdict {
  readonly passed: <T>(value: T) => T;
  readonly failed: (error: unknown) => never;
  #state: Counting;
  #begun = 0;
  /** The next one that is free. */
  #next: Verdict | undefined = undefined;

  private constructor(machine: Machine, state: Counting, isTimed: boolean) {
    this.#state = state;
    const duration = (): number | undefined => {
      if (!isTimed) return undefined;
      this.#next = machine.free;
      machine.free = this;
      return Math.max(0, machine.ports.clock.monotonic() - this.#begun);
    };
    this.passed = (value) => {
      machine.passed(this.#state, value, duration());
      return value;
    };
    this.failed = (error) => {
      machine.failed(this.#state, error, duration());
      throw error;
    };
  }

  /** For all calls of a state. */
  static shared(machine: Machine, state: Counting): Verdict {
    return new Verdict(machine, state, false);
  }

  /** For one call, which begins now. */
  static timed(machine: Machine, state: Counting): Verdict {
    const verdict = machine.free ?? new Verdict(machine, state, true);
    machine.free = verdict.#next;
    verdict.#state = state;
    verdict.#begun = coarseTime(machine.ports.clock);
    return verdict;
  }
}
