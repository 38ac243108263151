import type { AbortListener, Call } from "./call.js";
import type { Outcome } from "./outcome.js";

/** Who is told what becomes of a permit. */
export interface PermitOwner {
  /** The place is free because the call went well. */
  succeeded(): void;
  /** The place is free because the call failed. */
  broke(error: unknown): void;
  /** The place is free because the call was given up; its function may run on. */
  abandoned(reason: unknown): void;
  /** The function of an abandoned call has settled. */
  returned(): void;
}

/** A place that a call holds until it settles or is given up, whichever is first. */
export class Permit implements Outcome, AbortListener {
  nextListener: AbortListener | undefined = undefined;
  readonly #owner: PermitOwner;
  readonly #call: Call;
  readonly #outcome: Outcome;
  #isHeld = true;

  constructor(owner: PermitOwner, call: Call, outcome: Outcome) {
    this.#owner = owner;
    this.#call = call;
    this.#outcome = outcome;
    call.onAbort(this);
  }

  abort(reason: unknown): void {
    this.#isHeld = false;
    this.#owner.abandoned(reason);
  }

  passed(value: unknown): unknown {
    if (this.#end()) this.#owner.succeeded();
    return this.#outcome.passed(value);
  }

  failed(error: unknown): unknown {
    if (this.#end()) this.#owner.broke(error);
    return this.#outcome.failed(error);
  }

  #end(): boolean {
    if (this.#isHeld) this.#call.offAbort(this);
    else this.#owner.returned();
    return this.#isHeld;
  }
}
