import type { AbortListener, Call } from "./call.js";
import type { Outcome } from "./outcome.js";

/** Who hands out permits. */
export interface PermitOwner {
  /** A permit is back because its call has settled; `error` is what it failed with, where it did. */
  released(permit: Permit, failed: boolean, error: unknown): void;
  /** A permit is back because its call was given up, though the function may run on. */
  abandoned(permit: Permit, reason: unknown): void;
  /** The function of an abandoned call has settled. */
  returned(): void;
}

/** A place that a call holds until it settles or is given up, whichever is first. */
export class Permit implements Outcome, AbortListener {
  nextListener: AbortListener | undefined = undefined;
  /** When the call began, where its owner measures: on the clock's monotonic time. */
  readonly since: number;
  readonly #owner: PermitOwner;
  readonly #call: Call;
  readonly #outcome: Outcome;
  #isHeld = true;

  constructor(owner: PermitOwner, call: Call, outcome: Outcome, since: number) {
    this.#owner = owner;
    this.#call = call;
    this.#outcome = outcome;
    this.since = since;
    call.onAbort(this);
  }

  abort(reason: unknown): void {
    this.#isHeld = false;
    this.#owner.abandoned(this, reason);
  }

  passed(value: unknown): void {
    this.#release(false, undefined);
    this.#outcome.passed(value);
  }

  failed(error: unknown): void {
    this.#release(true, error);
    this.#outcome.failed(error);
  }

  #release(failed: boolean, error: unknown): void {
    if (!this.#isHeld) {
      this.#owner.returned();
      return;
    }
    this.#call.offAbort(this);
    this.#owner.released(this, failed, error);
  }
}
