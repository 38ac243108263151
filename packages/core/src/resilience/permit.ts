import type { AbortListener, Call } from "./call.js";

/** Who hands out permits. */
export interface PermitOwner {
  /** A permit is back; `error` is what the call failed with, where it did. */
  released(permit: Permit, failed: boolean, error: unknown): void;
  /** A permit is back because its call was given up, though the function may run on. */
  abandoned(permit: Permit, reason: unknown): void;
  /** The function of an abandoned call has settled. */
  settled(): void;
}

/** A place that a call holds until it settles or is given up, whichever is first. */
export class Permit implements AbortListener {
  nextListener: AbortListener | undefined = undefined;
  /** When the call began, where its owner measures: on the clock's monotonic time. */
  readonly since: number;
  readonly #owner: PermitOwner;
  readonly #call: Call;
  #isHeld = true;

  constructor(owner: PermitOwner, call: Call, since: number) {
    this.#owner = owner;
    this.#call = call;
    this.since = since;
    call.onAbort(this);
  }

  abort(reason: unknown): void {
    this.#isHeld = false;
    this.#owner.abandoned(this, reason);
  }

  /** The call has settled. */
  release(failed: boolean, error: unknown): void {
    if (!this.#isHeld) {
      this.#owner.settled();
      return;
    }
    this.#call.offAbort(this);
    this.#owner.released(this, failed, error);
  }
}

/** Follows `promise` with `permit`. */
export function withPermit<T>(promise: Promise<T>, permit: Permit): Promise<T> {
  return promise.then(
    (value) => {
      permit.release(false, undefined);
      return value;
    },
    (error: unknown) => {
      permit.release(true, error);
      throw error;
    },
  );
}
