import { coarseTime } from "../../ports/clock.js";
import type { Machine } from "./machine.js";
import type { Counting } from "./state.js";

/** A call that a breaker has let through, for those who make it by themselves. It is told once how that ended. */
export class BreakerPermit {
  readonly #machine: Machine;
  readonly #started: number;
  #state: Counting | undefined;

  /** `state`: what the call counts for; `undefined` for nothing. */
  constructor(machine: Machine, state: Counting | undefined) {
    this.#machine = machine;
    this.#state = state;
    this.#started = machine.isTimed ? coarseTime(machine.ports.clock) : 0;
  }

  /** It went well, unless `recordResult` says otherwise of `value`. */
  passed(value?: unknown): void {
    const state = this.#end();
    if (state) this.#machine.passed(state, value, this.#duration);
  }

  /** It failed, unless `recordError` or `ignoreError` say otherwise. */
  failed(error: unknown): void {
    const state = this.#end();
    if (state) this.#machine.failed(state, error, this.#duration);
  }

  /** It ended in a way that says nothing of what was called: its caller gave up. */
  ignored(error?: unknown): void {
    const state = this.#end();
    if (state) this.#machine.ignored(state, error, this.#duration);
  }

  #end(): Counting | undefined {
    const state = this.#state;
    this.#state = undefined;
    return state;
  }

  get #duration(): number | undefined {
    if (!this.#machine.isTimed) return undefined;
    return Math.max(0, coarseTime(this.#machine.ports.clock) - this.#started);
  }
}
