/** What a code stands for: the HTTP status it is answered with, its title, and whether the same request may be sent again. */
export interface ErrorEntry {
  readonly status: number;
  readonly title: string;
  readonly retryable: boolean;
  readonly about: string;
}

/** Every code this project answers or throws with. The documentation's table is checked against this one. */
export const ERRORS = {
  SOP_PANIC: {
    status: 503,
    title: "Service Unavailable",
    retryable: false,
    about: "A middleware or handler failed; the failure was recorded.",
  },
  SOP_DEADLINE: {
    status: 504,
    title: "Gateway Timeout",
    retryable: true,
    about: "The deadline of the request passed before an answer was ready.",
  },
  SOP_BREAKER_OPEN: {
    status: 503,
    title: "Service Unavailable",
    retryable: true,
    about: "A circuit breaker does not let the call through.",
  },
  SOP_OVERLOAD: {
    status: 503,
    title: "Service Unavailable",
    retryable: true,
    about: "A limit on concurrent work was reached.",
  },
  SOP_DRAINING: {
    status: 503,
    title: "Service Unavailable",
    retryable: true,
    about: "The process finishes what it has and takes nothing new.",
  },
  SOP_DEGRADED: {
    status: 503,
    title: "Service Unavailable",
    retryable: true,
    about: "The feature is switched off and has no fallback.",
  },
  SOP_INJECTED: {
    status: 503,
    title: "Service Unavailable",
    retryable: true,
    about: "A configured fault was injected.",
  },
  SOP_CANCELED: {
    status: 499,
    title: "Client Closed Request",
    retryable: false,
    about: "The client went away before the answer was complete.",
  },
  SOP_ERR_OPTION: {
    status: 500,
    title: "Invalid option",
    retryable: false,
    about: "An option is unknown, of a wrong type, or out of range.",
  },
  SOP_ERR_STATE: {
    status: 500,
    title: "Invalid state",
    retryable: false,
    about: "A call was made at a moment at which it is not allowed.",
  },
} as const satisfies Record<string, ErrorEntry>;

/** A code of the error table. */
export type ErrorCode = keyof typeof ERRORS;

/** An error of this project: `code` is a key of {@link ERRORS}, `status` the HTTP status that goes with it. */
export class SopError extends Error {
  override readonly name = "SopError";
  readonly code: ErrorCode;
  readonly status: number;

  constructor(code: ErrorCode, message?: string, options?: { cause?: unknown }) {
    super(message ?? ERRORS[code].about, options);
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
    super(
      "SOP_ERR_OPTION",
      problems.map((p) => `${p.path}: got ${p.value}, expected ${p.allowed}`).join("; "),
    );
    this.problems = problems;
  }
}
