import { SopError } from "../../errors.js";

/** A call failed, and so did its fallback. */
export class FallbackError extends SopError {
  /** What the call failed with, which is the `cause` as well, and what its fallback failed with. */
  readonly errors: readonly [call: unknown, fallback: unknown];

  constructor(call: unknown, fallback: unknown) {
    super("SOP_FALLBACK", "the call failed, and so did its fallback", { cause: call });
    this.errors = [call, fallback];
  }
}
