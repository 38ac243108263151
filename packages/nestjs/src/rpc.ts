import { type CallHandler, Logger } from "@nestjs/common";
import { type CircuitBreaker, isRefusal } from "@sop/core";
import { finalize, type Observable, tap } from "rxjs";

/** Makes a call that is no HTTP request under a breaker: how its result ends is what counts. */
export function callUnder(breaker: CircuitBreaker, next: CallHandler): Observable<unknown> {
  const permit = breaker.tryAcquire();
  if (isRefusal(permit)) throw permit;
  let last: unknown;
  return next.handle().pipe(
    tap({
      next: (value) => {
        last = value;
      },
      complete: () => permit.passed(last),
      error: (error: unknown) => {
        if (isRefusal(error)) permit.ignored(error);
        else if (isCallersFault(error)) permit.passed();
        else permit.failed(error);
      },
    }),
    // One that ended by none of these was given up by its caller.
    finalize(() => permit.ignored()),
  );
}

// CANCELLED, INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED, FAILED_PRECONDITION, OUT_OF_RANGE, UNAUTHENTICATED.
const CALLERS: readonly (number | undefined)[] = [1, 3, 5, 6, 7, 9, 11, 16];
const UNAVAILABLE = 14;

interface Thrown {
  readonly status?: number;
  readonly code?: number;
  /** Of Nest's RpcException: what it was made with. */
  getError?(): unknown;
}

/** Whether an error is the caller's to mend: an HttpException below 500, or a code of gRPC that says so. */
function isCallersFault(error: unknown): boolean {
  const thrown = Object(error) as Thrown;
  const { status, code } = Object(thrown.getError?.() ?? thrown) as Thrown;
  return (status ?? 500) < 500 || CALLERS.includes(code);
}

/**
 * What a client of any transport is told of an error; gRPC reads the code and the message. An RpcException says what it says, of
 * anything else but a refusal nothing is told, as Nest does it.
 */
export function toClient(error: unknown): unknown {
  if (isRefusal(error)) {
    return { status: "error", code: UNAVAILABLE, message: error.code, retryAfter: error.retryAfter };
  }
  const said = (Object(error) as Thrown).getError?.();
  if (said instanceof Object) return said;
  if (said === undefined) Logger.error(error);
  return { status: "error", message: said ?? "Internal server error" };
}
