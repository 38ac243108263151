/** What ended a started service, or would have. */
export interface Crash {
  /** `exit`: the process ended by itself, and said nothing of an error. */
  readonly origin: "uncaughtException" | "unhandledRejection" | "exit";
  /** The error's class, or the type of what was thrown instead. */
  readonly type: string;
  readonly message: string;
  /** The error with its stack, as Node prints it; for `exit` the end of what the process wrote. */
  readonly stack: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}
