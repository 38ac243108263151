import type { LiveCall } from "./live-call.js";

/** How a call ended. `answered`: its head came, whatever its status. `canceled`: given up because its own request was over. */
export type CallOutcome = "answered" | "refused" | "reset" | "timeout" | "canceled" | "failed";

const RESET: readonly unknown[] = ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"];
const TIMEOUT: readonly unknown[] = [
  "ETIMEDOUT",
  "ESOCKETTIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "SOP_DEADLINE",
];
const ABORTED: readonly unknown[] = ["ABORT_ERR", "UND_ERR_ABORTED", "ECONNABORTED"];

interface Failure {
  readonly code?: unknown;
  readonly name?: unknown;
  readonly cause?: unknown;
}

/** What the error of a call without an answer says; `elapsed`: milliseconds since it was made. */
export function outcomeOf(error: unknown, call: LiveCall, elapsed: number): CallOutcome {
  const failure: Failure = Object(error);
  const cause: Failure = Object(failure.cause);
  const codes = [failure.code, cause.code];
  const names = [failure.name, cause.name];
  if (codes.includes("ECONNREFUSED")) return "refused";
  if (names.includes("TimeoutError") || codes.some((code) => TIMEOUT.includes(code))) return "timeout";
  if (codes.includes("SOP_CANCELED")) return "canceled";
  if (names.includes("AbortError") || codes.some((code) => ABORTED.includes(code))) {
    // Whoever aborts a call while its request is alive does not want to wait any longer.
    return isOver(call) ? "canceled" : "timeout";
  }
  if (!codes.some((code) => RESET.includes(code))) return "failed";
  // To destroy a request of `node:http`, as is done when its timeout is told, looks like a reset.
  const { timeout } = call.view;
  if (timeout > 0 && elapsed >= timeout) return "timeout";
  return isOver(call) ? "canceled" : "reset";
}

function isOver({ context, owner }: LiveCall): boolean {
  if (owner && Number.isFinite(owner.endedAt)) return true;
  const { destroyed, closed } = Object(context?.exchange) as { destroyed?: unknown; closed?: unknown };
  return destroyed === true || closed === true;
}
