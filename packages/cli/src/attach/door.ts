/** An inspector that is open for a time. */
export interface Door {
  readonly pid: number;
  /** For debuggers: `ws://127.0.0.1:9229/<id>`. */
  readonly url: string;
  /** Milliseconds since 1970; `undefined` where it was open already, and stays so. */
  readonly until: number | undefined;
  /** Who closes it. */
  readonly by: "plane" | "signal";
  /** Closes it before its time. */
  close(): Promise<void>;
}
