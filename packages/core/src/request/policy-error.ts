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

/**
 * Whether the call was not made. To a route's breaker such a request says nothing: what failed has a breaker of its own, and a limit
 * is no failure.
 */
export function isRefusalCode({ code }: SopError): boolean {
  return code === "SOP_BREAKER_OPEN" || code === "SOP_OVERLOAD";
}

/** Tells the breakers of a route how the request ended, with the status that is counted. */
export function settlePermits(permits: readonly BreakerPermit[], context: Context, status: number): void {
  const { panic, cancelReason } = context;
  for (const permit of permits) {
    if (status === 499) permit.ignored(cancelReason);
    else if (status >= 500) permit.failed(panic?.error ?? cancelReason ?? `status ${status}`);
    else permit.passed(status);
  }
}

/** Tells the breakers of a route that the request says nothing of it. */
export function dropPermits({ permits }: Context, reason: unknown): void {
  if (permits) for (const permit of permits) permit.ignored(reason);
}
