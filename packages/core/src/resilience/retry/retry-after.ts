interface Headers {
  get?(name: string): unknown;
  readonly [name: string]: unknown;
}

interface Answer {
  /** Milliseconds, as our own errors have it. */
  readonly retryAfter?: unknown;
  readonly headers?: Headers;
  readonly response?: { readonly headers?: Headers };
}

const SECONDS = /^\d+$/;

/**
 * How long the other side asked to wait, in milliseconds; `undefined` where it did not. Read from `retryAfter` (milliseconds) of
 * an error or a response, else from the header `Retry-After` (RFC 9110, 10.2.3: seconds or a date) of itself or of its
 * `response`. `now`: milliseconds since 1970.
 */
export function retryAfterOf(answer: unknown, now: number): number | undefined {
  if (typeof answer !== "object" || answer === null) return undefined;
  try {
    const { retryAfter, headers, response } = answer as Answer;
    if (typeof retryAfter === "number" && retryAfter >= 0) return retryAfter;
    return parse(header(headers) ?? header(response?.headers), now);
  } catch {
    // A getter that throws has not asked for anything.
    return undefined;
  }
}

function header(headers: Headers | undefined): unknown {
  if (typeof headers?.get === "function") return headers.get("retry-after") ?? undefined;
  return headers?.["retry-after"] ?? headers?.["Retry-After"];
}

function parse(text: unknown, now: number): number | undefined {
  const value = typeof text === "number" ? String(text) : text;
  if (typeof value !== "string") return undefined;
  const trimmed = value.trim();
  if (SECONDS.test(trimmed)) return Number(trimmed) * 1_000;
  const date = Date.parse(trimmed);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
