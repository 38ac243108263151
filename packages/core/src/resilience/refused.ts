import { ERRORS, type ErrorCode, SopError } from "../errors.js";

/** The codes of calls that a policy did not let through. */
export type RefusalCode = Extract<ErrorCode, "SOP_BREAKER_OPEN" | "SOP_OVERLOAD">;

/**
 * A call that was not made: a breaker is not closed, or a limit is reached. It is a `SopError`, but has no stack: a refusal
 * must cost less than the call that it saves, and to capture a stack is two thirds of what an error costs.
 */
export interface RefusedError extends SopError {
  readonly code: RefusalCode;
  /** Which policy refused: its name. */
  readonly policy: string;
  /** Milliseconds after which a new try makes sense, at least 0. */
  readonly retryAfter: number;
}

interface StackCapturing {
  captureStackTrace?(target: object, below: unknown): void;
}

class Refusal {
  readonly name = "SopError";
  readonly code: RefusalCode;
  readonly status: number;
  readonly message: string;
  readonly stack: string;
  readonly policy: string;
  readonly retryAfter: number;

  constructor(code: RefusalCode, policy: string, message: string, retryAfter: number) {
    this.code = code;
    this.status = ERRORS[code].status;
    this.message = message;
    this.stack = message;
    this.policy = policy;
    this.retryAfter = retryAfter;
  }
}
// `instanceof Error` and `instanceof SopError` hold, and no constructor of theirs runs.
Object.setPrototypeOf(Refusal.prototype, SopError.prototype);

/** Makes the error of a refusal. `stack`: with the caller's stack, at the price that it has. */
export function refused(
  code: RefusalCode,
  policy: string,
  message: string,
  retryAfter: number,
  stack = false,
): RefusedError {
  const refusal = new Refusal(code, policy, message, retryAfter);
  if (stack) (Error as StackCapturing).captureStackTrace?.(refusal, refused);
  return refusal as RefusedError;
}

/** Whether an error is a policy's refusal. */
export function isRefusal(error: unknown): error is RefusedError {
  return error instanceof Refusal;
}
