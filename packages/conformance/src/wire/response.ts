/** A response as it came over the wire. */
export interface RawResponse {
  readonly status: number;
  /** Names in lower case; a header that came twice is joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** False where the connection was closed before the body's end. */
  readonly complete: boolean;
}

/** The first response of `bytes`, and what follows it. */
export interface Parsed {
  readonly response: RawResponse;
  readonly rest: string;
}

/** What a parser has to know of the request, and of the connection. */
export interface Situation {
  /** The answer to HEAD has no body, whatever its headers say. */
  readonly head: boolean;
  /** Nothing more will come. */
  readonly ended: boolean;
}

/**
 * Reads the first response of what was received (RFC 9112), as latin1 text so that a character is a byte.
 * `undefined`: not all of it is here yet.
 */
export function parseResponse(bytes: string, { head, ended }: Situation): Parsed | undefined {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd === -1) return undefined;
  const [statusLine = "", ...lines] = bytes.slice(0, headEnd).split("\r\n");
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1]);
  if (Number.isNaN(status)) throw new Error(`not a status line: ${JSON.stringify(statusLine)}`);
  const headers = parseHeaders(lines);
  const payload = bytes.slice(headEnd + 4);
  const part =
    head || status < 200 || status === 204 || status === 304 ? nothing(payload) : bodyOf(payload, headers, ended);
  if (part === undefined) return undefined;
  const { body, rest, complete } = part;
  return { response: { status, headers, body: Buffer.from(body, "latin1").toString("utf8"), complete }, rest };
}

interface Part {
  readonly body: string;
  readonly rest: string;
  readonly complete: boolean;
}

function parseHeaders(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  return headers;
}

function nothing(payload: string): Part {
  return { body: "", rest: payload, complete: true };
}

function bodyOf(payload: string, headers: Readonly<Record<string, string>>, ended: boolean): Part | undefined {
  if (headers["transfer-encoding"]?.toLowerCase() === "chunked") return chunked(payload, ended);
  const length = headers["content-length"];
  if (length === undefined) return ended ? { body: payload, rest: "", complete: true } : undefined;
  const size = Number(length);
  if (payload.length >= size) return { body: payload.slice(0, size), rest: payload.slice(size), complete: true };
  return ended ? { body: payload, rest: "", complete: false } : undefined;
}

function chunked(payload: string, ended: boolean): Part | undefined {
  let body = "";
  let at = 0;
  for (;;) {
    const lineEnd = payload.indexOf("\r\n", at);
    const size = lineEnd === -1 ? Number.NaN : Number.parseInt(payload.slice(at, lineEnd), 16);
    const chunkEnd = lineEnd + 2 + size;
    if (Number.isNaN(size) || payload.length < chunkEnd + 2) {
      return ended ? { body, rest: "", complete: false } : undefined;
    }
    if (size === 0) return { body, rest: payload.slice(chunkEnd + 2), complete: true };
    body += payload.slice(lineEnd + 2, chunkEnd);
    at = chunkEnd + 2;
  }
}
