/** Ends a command: its message is all that is told, and `exit` is the exit code. */
export class CommandError extends Error {
  readonly exit: number;

  constructor(exit: number, message: string) {
    super(message);
    this.exit = exit;
  }
}
