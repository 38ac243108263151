import type { ErrorCode } from "../../errors.js";
import { isClientError, property } from "../../request/panic.js";

/** A client's errors (400 to 499) that may pass by themselves: Request Timeout, Too Early, Too Many Requests. */
const PASSING: readonly unknown[] = [408, 425, 429];

/** What this process itself has said no to, or is through with. */
const FINAL: readonly unknown[] = [
  "SOP_BREAKER_OPEN",
  "SOP_OVERLOAD",
  "SOP_DRAINING",
  "SOP_DEADLINE",
  "SOP_DEGRADED",
  "SOP_CANCELED",
  "SOP_ERR_OPTION",
] satisfies ErrorCode[];

/**
 * Whether a failure may pass by itself. Not so what a policy of this process refused (more calls are what it protects from), and
 * no client error but 408, 425 and 429.
 */
export function isWorthRetrying(error: unknown): boolean {
  if (FINAL.includes(property(error, "code"))) return false;
  return !isClientError(error) || PASSING.includes(property(error, "status") ?? property(error, "statusCode"));
}
