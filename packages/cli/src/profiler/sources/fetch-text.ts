import { CommandError } from "../../command-error.js";
import { EXIT } from "../../terminal.js";

/** An answer over HTTP. */
export interface Fetched {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** Bounds of an answer. */
export interface FetchBounds {
  /** Bytes. */
  readonly limit: number;
  /** Milliseconds, from the question to the answer's end. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** Asks over HTTP, with the name and password that the URL may have. Ends the command where there is no answer, or one that is too large. */
export async function fetchText(url: URL, accept: string, { limit, timeout, signal }: FetchBounds): Promise<Fetched> {
  const bare = new URL(url);
  const headers: Record<string, string> = { accept };
  if (url.username || url.password) {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers["authorization"] = `Basic ${Buffer.from(pair).toString("base64")}`;
    [bare.username, bare.password] = ["", ""];
  }
  const place = `${bare.origin}${bare.pathname}`;
  try {
    const answer = await fetch(bare, { headers, signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]) });
    const text = await textOf(answer, limit);
    if (text === undefined) throw unreachable(`${place} answers with more than ${limit / 2 ** 20} MiB`);
    return { status: answer.status, type: answer.headers.get("content-type") ?? "", text };
  } catch (error) {
    if (error instanceof CommandError || signal.aborted) throw error;
    throw unreachable(`${place} ${why(error, timeout)}`);
  }
}

async function textOf({ body }: Response, limit: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Ends the command because what is asked for cannot be reached. */
export function unreachable(message: string): CommandError {
  return new CommandError(EXIT.unreachable, message);
}

function why(error: unknown, timeout: number): string {
  if ((error as Error).name === "TimeoutError") return `did not answer within ${timeout / 1_000} s`;
  const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
  if (cause?.code === "ECONNREFUSED") return "cannot be reached: nothing listens there";
  return `cannot be reached: ${cause?.message || (error as Error).message}`;
}
