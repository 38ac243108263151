import type { AbortListener, Call } from "../call.js";

/** A call that is made again: all but its number is the first one's. */
export class Attempt implements Call {
  readonly attempt: number;
  readonly #call: Call;

  constructor(call: Call, attempt: number) {
    this.#call = call;
    this.attempt = attempt;
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }

  get aborted(): boolean {
    return this.#call.aborted;
  }

  get deadline(): number {
    return this.#call.deadline;
  }

  get idempotent(): boolean | undefined {
    return this.#call.idempotent;
  }

  get key(): string | undefined {
    return this.#call.key;
  }

  onAbort(listener: AbortListener): void {
    this.#call.onAbort(listener);
  }

  offAbort(listener: AbortListener): void {
    this.#call.offAbort(listener);
  }
}
