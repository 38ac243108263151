import { coarseTime } from "../../ports/clock.js";
import type { AbortListener, Call } from "../call.js";
import type { Outcome } from "../outcome.js";
import type { Machine } from "./machine.js";
import type { Counting } from "./state.js";

/** What counts the end of a call that can be given up, before it is told to the policy around. */
export class WatchedCall implements Outcome, AbortListener {
  nextListener: AbortListener | undefined = undefined;
  readonly #machine: Machine;
  readonly #state: Counting;
  readonly #call: Call;
  readonly #outcome: Outcome;
  readonly #begun: number;
  /** It was given up, and counted then. */
  #isOver = false;

  constructor(machine: Machine, state: Counting, call: Call, outcome: Outcome) {
    this.#machine = machine;
    this.#state = state;
    this.#call = call;
    this.#outcome = outcome;
    this.#begun = machine.isTimed ? coarseTime(machine.ports.clock) : 0;
    call.onAbort(this);
  }

  passed(value: unknown): unknown {
    if (this.#end()) this.#machine.passed(this.#state, value, this.#duration);
    return this.#outcome.passed(value);
  }

  failed(error: unknown): unknown {
    if (this.#end()) this.#machine.failed(this.#state, error, this.#duration);
    return this.#outcome.failed(error);
  }

  /** One that an outer policy's time has ended was too slow, whatever comes of it; one that its caller gave up says nothing. */
  abort(reason: unknown): void {
    this.#isOver = true;
    if (isTimeOver(reason)) this.#machine.failed(this.#state, reason, this.#duration);
    else this.#machine.ignored(this.#state, reason, this.#duration);
  }

  #end(): boolean {
    if (this.#isOver) return false;
    this.#call.offAbort(this);
    return true;
  }

  get #duration(): number | undefined {
    if (!this.#machine.isTimed) return undefined;
    return Math.max(0, coarseTime(this.#machine.ports.clock) - this.#begun);
  }
}

const TIME_OVER = ["SOP_TIMEOUT", "SOP_DEADLINE"];

function isTimeOver(reason: unknown): boolean {
  return TIME_OVER.includes((Object(reason) as { readonly code?: string }).code ?? "");
}
