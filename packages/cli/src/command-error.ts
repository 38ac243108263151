/** Ends a command: its message is all that is told, and `exit` is the exit code. */
export class CommandError extends Error {
  readonly exit: number;
  /** A key of the error table, where it has one. */
  readonly code: string | undefined;

  constructor(exit: number, message: string, code?: string) {
    super(message);
    this.exit = exit;
    this.code = code;
  }
}
