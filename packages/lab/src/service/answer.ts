import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";

/** A request as it is sent to a started service. */
export interface SentRequest {
  readonly method: string;
  /** Path and query, as they stand in the request line. */
  readonly path: string;
  /** In their order, names as they are. `Connection: close` is added where there is no `Connection`. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Uint8Array;
  /** How the body ends: `complete` (default); `cut`: the client leaves in the middle; `open`: the rest never comes. */
  readonly end?: "complete" | "cut" | "open";
}

/** What a started service answered. */
export interface Answer {
  /** `undefined`: nothing came back. */
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Whether the answer came to its end. */
  readonly isComplete: boolean;
}

const NOTHING: Answer = { status: undefined, headers: {}, body: "", isComplete: false };

/** Sends a request to a port of loopback, and waits for the answer, the end of the connection, or `timeout` milliseconds. */
export function answerTo(
  { method, path, headers = [], body = "", end = "complete" }: SentRequest,
  port: number,
  timeout: number,
): Promise<Answer> {
  return new Promise((resolve) => {
    const names = headers.map(([name]) => name.toLowerCase());
    const sent = headers.flat();
    if (!names.includes("connection")) sent.push("Connection", "close");
    if (!names.includes("host")) sent.push("Host", `127.0.0.1:${port}`);
    const client = httpRequest({ host: "127.0.0.1", port, method, path, headers: sent, agent: false });
    const timer = setTimeout(() => client.destroy(), timeout);
    let answer: Promise<Answer> = Promise.resolve(NOTHING);
    client.on("response", (response) => {
      answer = read(response);
      void answer.then(() => client.destroy());
    });
    client.on("error", () => {});
    client.on("close", () => {
      clearTimeout(timer);
      resolve(answer);
    });
    if (end === "complete") {
      client.end(body);
      return;
    }
    client.flushHeaders();
    const leave = (): void => void (end === "cut" && client.socket?.end());
    if (body.length === 0) client.once("socket", (socket) => socket.once("connect", leave));
    else client.write(body, leave);
  });
}

async function read(response: IncomingMessage): Promise<Answer> {
  const { statusCode: status, headers } = response;
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response) chunks.push(chunk);
  } catch {
    // It was cut: `complete` says so.
  }
  return { status, headers, body: Buffer.concat(chunks).toString("utf8"), isComplete: response.complete };
}
