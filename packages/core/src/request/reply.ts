import { ERRORS, type ErrorCode } from "../errors.js";

/** An answer that an adapter writes as it stands. */
export interface Reply {
  /** HTTP status, 200 to 599. */
  readonly status: number;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The problem document (RFC 9457) of a code. It tells nothing of the error itself: no message, no stack, no path.
 * `retryAfter` is in seconds, rounded up, at least 1.
 */
export function problem(
  code: ErrorCode,
  requestId: string,
  { status = ERRORS[code].status, retryAfter }: { status?: number; retryAfter?: number | undefined } = {},
): Reply {
  const headers: Record<string, string> = {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
  };
  if (retryAfter !== undefined) headers["retry-after"] = String(Math.max(1, Math.ceil(retryAfter)));
  if (code === "SOP_DRAINING") headers["connection"] = "close";
  return {
    status,
    headers,
    body: JSON.stringify({ type: "about:blank", title: ERRORS[code].title, status, code, requestId }),
  };
}
