import type { SopError } from "../errors.js";
import type { BreakerPermit } from "../resilience/breaker/permit.js";
import type { Context } from "./context.js";
import { problem, type Reply } from "./reply.js";

/** The answer to a request whose handler let an error of a policy through. */
export function replyOf(error: SopError & { readonly retryAfter?: number }, { id }: Context): Reply {
  const { code, retryAfter } = error;
  return problem(code, id, { retryAfter: retryAfter === undefined ? undefined : retryAfter / 1_000 });
}

/** Under which reason of `http_requests_refused_total` it is counted: `breaker_open`, `overload`, `deadline`. */
export function reasonOf({ code }: SopError): string {
  return code.replace("SOP_", "").toLowerCase();
}

/** Tells the breaker of a route how the request ended, with the status that is counted. */
export function settlePermit(permit: BreakerPermit, { panic, cancelReason }: Context, status: number): void {
  if (status === 499) permit.ignored(cancelReason);
  else if (status >= 500) permit.failed(panic?.error ?? cancelReason);
  else permit.passed(status);
}
