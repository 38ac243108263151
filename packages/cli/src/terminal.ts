/** Where a command writes to. */
export interface Output {
  /** Bytes are written as they are. */
  write(text: string | Uint8Array): unknown;
  /** Whether a person reads it as it comes. */
  readonly isTTY?: boolean;
  /** How many characters a line has, where it is a terminal. */
  readonly columns?: number;
  /** How many lines it has, where it is a terminal. */
  readonly rows?: number;
}

/** Where keys come from: `process.stdin`. */
export interface Input {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
  on(event: "data", listener: (data: Buffer | string) => void): unknown;
  off(event: "data", listener: (data: Buffer | string) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** What a command works with. */
export interface Terminal {
  /** Results. */
  readonly out: Output;
  /** Progress and errors. */
  readonly err: Output;
  /** Ends long work. */
  readonly signal: AbortSignal;
  /** Keys that end it, where a person is at it. Without it there are none. */
  readonly input?: Input;
}

/** Exit codes of every command. */
export const EXIT = { fine: 0, found: 1, usage: 2, unreachable: 3, interrupted: 130 } as const;

/** Writes `data` as JSON, or else its `text`. */
export function print({ out }: Terminal, json: boolean | undefined, data: unknown, text: string): void {
  out.write(json ? `${JSON.stringify(data, undefined, 2)}\n` : `${text.trimEnd()}\n`);
}

/** How wide lines may be: those of a terminal end, those of files and pipes do not. */
export function widthFor({ isTTY, columns }: Output): number {
  return isTTY && columns ? columns : Number.POSITIVE_INFINITY;
}

/** Runs long work, with a line on a terminal that counts the seconds, and one plain line elsewhere. */
export async function working<T>({ err }: Terminal, doing: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const show = (): void => {
    err.write(`\r\u001b[2K${doing} · ${((performance.now() - started) / 1_000).toFixed(0)} s`);
  };
  if (!err.isTTY) err.write(`${doing}\n`);
  const timer = err.isTTY ? setInterval(show, 1_000) : undefined;
  if (err.isTTY) show();
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (err.isTTY) err.write("\r\u001b[2K");
  }
}
