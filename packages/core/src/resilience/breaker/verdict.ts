import { coarseTime } from "../../ports/clock.js";
import { type AbortListener, type Call, UNLIMITED } from "../call.js";
import { END, type Outcome } from "../outcome.js";
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

/** What counts the end of one call. One that has done its work is used again, so that a call makes no garbage. */
export class Verdict implements AbortListener, Outcome {
  readonly passed: (value: unknown) => unknown;
  readonly failed: (error: unknown) => unknown;
  nextListener: AbortListener | undefined = undefined;
  readonly #machine: Machine;
  #state: Counting;
  #call: Call = UNLIMITED;
  #outcome: Outcome = END;
  #begun = 0;
  /** It was given up, and counted then. */
  #isOver = false;
  /** The next one that is free. */
  #next: Verdict | undefined = undefined;

  private constructor(machine: Machine, state: Counting) {
    this.#machine = machine;
    this.#state = state;
    this.passed = (value) => {
      const outcome = this.#outcome;
      if (this.#end()) machine.passed(this.#state, value, this.#duration);
      return outcome === END ? value : outcome.passed(value);
    };
    this.failed = (error) => {
      const outcome = this.#outcome;
      if (this.#end()) machine.failed(this.#state, error, this.#duration);
      return outcome.failed(error);
    };
  }

  /** For a call that begins now. `outcome`: whom its end is told afterwards. */
  static take(machine: Machine, state: Counting, call: Call, outcome: Outcome): Verdict {
    const verdict = machine.free ?? new Verdict(machine, state);
    machine.free = verdict.#next;
    verdict.#state = state;
    verdict.#outcome = outcome;
    if (machine.isTimed) verdict.#begun = coarseTime(machine.ports.clock);
    if (call === UNLIMITED) return verdict;
    verdict.#call = call;
    call.onAbort(verdict);
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
    if (this.#call === UNLIMITED) return true;
    const isOver = this.#isOver;
    if (!isOver) this.#call.offAbort(this);
    this.#call = UNLIMITED;
    this.#isOver = false;
    return !isOver;
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
