import { coarseTime } from "../../ports/clock.js";
import type { AbortListener, Call } from "../call.js";
import { UNLIMITED } from "../call.js";
import type { Machine } from "./machine.js";
import type { Counting } from "./state.js";

/**
 * What settles the calls of a state. Its functions are made once, so that a call makes none: calls that nobody can give up, and whose
 * durations are not measured, share one a state; any other takes one that has done its work.
 */
export class Verdict implements AbortListener {
  readonly passed: <T>(value: T) => T;
  readonly failed: (error: unknown) => never;
  nextListener: AbortListener | undefined = undefined;
  readonly #machine: Machine;
  #state: Counting;
  #call: Call = UNLIMITED;
  #begun = 0;
  /** It was given up, and counted then. */
  #isOver = false;
  /** The next one that is free. */
  #next: Verdict | undefined = undefined;

  private constructor(machine: Machine, state: Counting, isShared: boolean) {
    this.#machine = machine;
    this.#state = state;
    this.passed = isShared
      ? (value) => {
          machine.passed(state, value, undefined);
          return value;
        }
      : (value) => {
          if (this.#end()) machine.passed(this.#state, value, this.#duration);
          return value;
        };
    this.failed = isShared
      ? (error) => {
          machine.failed(state, error, undefined);
          throw error;
        }
      : (error) => {
          if (this.#end()) machine.failed(this.#state, error, this.#duration);
          throw error;
        };
  }

  /** For all calls of a state. */
  static shared(machine: Machine, state: Counting): Verdict {
    return new Verdict(machine, state, true);
  }

  /** For one call, which begins now. */
  static single(machine: Machine, state: Counting, call: Call): Verdict {
    const verdict = machine.free ?? new Verdict(machine, state, false);
    machine.free = verdict.#next;
    verdict.#state = state;
    verdict.#call = call;
    verdict.#isOver = false;
    if (machine.isTimed) verdict.#begun = coarseTime(machine.ports.clock);
    if (call !== UNLIMITED) call.onAbort(verdict);
    return verdict;
  }

  /** One that an outer policy's time has ended was too slow, whatever comes of it; one that its caller gave up says nothing. */
  abort(reason: unknown): void {
    this.#isOver = true;
    if (isTimeOver(reason)) this.#machine.failed(this.#state, reason, this.#duration);
    else this.#machine.ignored(this.#state, reason, this.#duration);
  }

  /** Whether the call was not counted yet. From now on the verdict is free for another one. */
  #end(): boolean {
    const machine = this.#machine;
    this.#next = machine.free;
    machine.free = this;
    if (this.#call !== UNLIMITED && !this.#isOver) this.#call.offAbort(this);
    return !this.#isOver;
  }

  get #duration(): number | undefined {
    if (!this.#machine.isTimed) return undefined;
    return Math.max(0, this.#machine.ports.clock.monotonic() - this.#begun);
  }
}

const TIME_OVER = ["SOP_TIMEOUT", "SOP_DEADLINE"];

function isTimeOver(reason: unknown): boolean {
  return TIME_OVER.includes((Object(reason) as { readonly code?: string }).code ?? "");
}
