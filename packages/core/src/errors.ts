/** What a code stands for. */
export interface ErrorEntry {
  /** The HTTP status it is answered with. */
  readonly status: number;
  readonly title: string;
  /** Whether the same request may be sent again. */
  readonly retryable: boolean;
}

const TITLES: Record<number, string> = {
  499: "Client Closed Request",
  500: "Internal Server Error",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

// With `type: about:blank` the title of a problem document is the status' own phrase (RFC 9457, 4.2.1).
function entry(status: number, retryable: boolean): ErrorEntry {
  return { status, title: TITLES[status] as string, retryable };
}

/** Every code that requests are answered with, or that is thrown. The admin plane's own are added to it there. */
export const ERRORS = {
  SOP_PANIC: entry(503, false),
  SOP_DEADLINE: entry(504, true),
  SOP_BREAKER_OPEN: entry(503, true),
  SOP_OVERLOAD: entry(503, true),
  SOP_DRAINING: entry(503, true),
  SOP_DEGRADED: entry(503, true),
  SOP_TIMEOUT: entry(504, true),
  SOP_FALLBACK: entry(503, true),
  SOP_INJECTED: entry(503, true),
  SOP_CANCELED: entry(499, false),
  SOP_ERR_OPTION: entry(500, false),
  SOP_ERR_LIMIT: entry(500, false),
  SOP_ERR_LAB: entry(500, false),
};

/** A code of the error table. */
export type ErrorCode = keyof typeof ERRORS;

/** An error of this project: `code` is a key of {@link ERRORS}, `status` the HTTP status that goes with it. */
export class SopError extends Error {
  override readonly name = "SopError";
  readonly code: ErrorCode;
  readonly status: number;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.status = ERRORS[code].status;
  }
}

/** One thing that is wrong with an options object. */
export interface OptionProblem {
  /** Where: `deadline.max`. */
  readonly path: string;
  /** The offending value, shortened for people. */
  readonly value: string;
  /** What would be right: `a duration of at least 1 ms`. */
  readonly allowed: string;
}

/** Thrown at construction; names every problem of the object at once. */
export class OptionError extends SopError {
  readonly problems: readonly OptionProblem[];

  constructor(problems: readonly OptionProblem[]) {
    super("SOP_ERR_OPTION", problems.map((p) => `${p.path}: got ${p.value}, expected ${p.allowed}`).join("; "));
    this.problems = problems;
  }
}
