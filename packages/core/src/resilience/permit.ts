import type { AbortListener, Call } from "./call.js";
import type { Outcome } from "./outcome.js";

/** A place that a call holds until it settles or is given up, whichever is first. */
export abstract class Permit implements Outcome, AbortListener {
  nextListener: AbortListener | undefined = undefined;
  readonly #call: Call;
  readonly #outcome: Outcome;
  #isHeld = true;

  constructor(call: Call, outcome: Outcome) {
    this.#call = call;
    this.#outcome = outcome;
    call.onAbort(this);
  }

  abort(reason: unknown): void {
    this.#isHeld = false;
    this.abandoned(reason);
  }

  passed(value: unknown): unknown {
    if (this.#end()) this.succeeded();
    return this.#outcome.passed(value);
  }

  failed(error: unknown): unknown {
    if (this.#end()) this.broke(error);
    return this.#outcome.failed(error);
  }

  /** The place is free because the call went well. */
  protected abstract succeeded(): void;
  /** The place is free because the call failed. */
  protected abstract broke(error: unknown): void;
  /** The place is free because the call was given up; its function may run on. */
  protected abstract abandoned(reason: unknown): void;
  /** The function of an abandoned call has settled. */
  protected abstract returned(): void;

  #end(): boolean {
    if (this.#isHeld) this.#call.offAbort(this);
    else this.returned();
    return this.#isHeld;
  }
}
