import { coarseTime } from "../../ports/clock.js";
import type { Call, Task } from "../call.js";
import type { Machine } from "./machine.js";
import type { Counting } from "./state.js";

/** What counts the ends of all calls of a state that nobody can give up, and whose durations are not measured: made once a state. */
export class SharedVerdict {
  readonly passed: <T>(value: T) => T;
  readonly failed: (error: unknown) => never;

  constructor(machine: Machine, state: Counting) {
    this.passed = (value) => {
      machine.passed(state, value, undefined);
      return value;
    };
    this.failed = (error) => {
      machine.failed(state, error, undefined);
      throw error;
    };
  }
}

/**
 * What counts the end of one call that nobody can give up, with its duration. One that has done its work is used again, so that a
 * call makes no closures. Both ends are readings of their turn of the event loop, and off by at most what the process itself
 * computed within it; a function that gives no promise, and so waits for nothing, is measured to its return.
 */
export class TimedVerdict {
  readonly #passed: <T>(value: T) => T;
  readonly #failed: (error: unknown) => never;
  #state: Counting;
  #begun = 0;
  #isExact = false;
  /** The next one that is free. */
  #next: TimedVerdict | undefined = undefined;

  private constructor(machine: Machine, state: Counting) {
    const { clock } = machine.ports;
    this.#state = state;
    const end = (): number => {
      this.#next = machine.free;
      machine.free = this;
      const now = this.#isExact ? clock.monotonic() : coarseTime(clock);
      this.#isExact = false;
      return Math.max(0, now - this.#begun);
    };
    this.#passed = (value) => {
      machine.passed(this.#state, value, end());
      return value;
    };
    this.#failed = (error) => {
      machine.failed(this.#state, error, end());
      throw error;
    };
  }

  /** For a call that begins now. */
  static take(machine: Machine, state: Counting): TimedVerdict {
    const verdict = machine.free ?? new TimedVerdict(machine, state);
    machine.free = verdict.#next;
    verdict.#state = state;
    verdict.#begun = coarseTime(machine.ports.clock);
    return verdict;
  }

  /** Makes the call. */
  over<T>(task: Task<T>, call: Call): Promise<T> {
    let result: T | PromiseLike<T>;
    try {
      result = task(call);
    } catch (error) {
      result = Promise.reject(error);
      this.#isExact = true;
    }
    if (result instanceof Promise) return result.then(this.#passed, this.#failed);
    this.#isExact = true;
    return Promise.resolve(result).then(this.#passed, this.#failed);
  }
}
