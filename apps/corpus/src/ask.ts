import {
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
  request,
} from "node:http";

/** A request to the application, and what is done with it on the way. */
export interface Question extends Pick<RequestOptions, "agent" | "createConnection" | "method"> {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: string;
  /** Milliseconds without a sign of life after which the caller gives up; default 4,000. */
  readonly timeout?: number;
  /** In the place of its end: the case writes it itself. */
  readonly onRequest?: (sent: ClientRequest) => void;
  readonly onResponse?: (response: IncomingMessage, sent: ClientRequest) => void;
}

/** What came of it: an answer, or the code of the error. */
export interface Answer {
  readonly status?: number;
  readonly err?: string;
  readonly body?: string;
  readonly headers?: IncomingHttpHeaders;
  /** Milliseconds since 1970: when it was asked. */
  readonly asked: number;
  /** Milliseconds until it was through. */
  readonly ms: number;
}

export type Ask = (question?: Question) => Promise<Answer>;

/** Asks the application at `port`; each answer goes to `heard` too. */
export function asker(port: number, heard: (answer: Answer) => void = () => {}): Ask {
  return (question = {}) =>
    new Promise((resolve) => {
      const asked = Date.now();
      const started = performance.now();
      let isDone = false;
      const done = (outcome: Omit<Answer, "asked" | "ms">): void => {
        if (isDone) return;
        isDone = true;
        const answer = { ...outcome, asked, ms: performance.now() - started };
        heard(answer);
        resolve(answer);
      };
      send(port, question, done);
    });
}

function send(port: number, question: Question, done: (outcome: Omit<Answer, "asked" | "ms">) => void): void {
  const { path = "/", timeout = 4_000, body, onRequest, onResponse, ...options } = question;
  const sent = request({ host: "127.0.0.1", port, path, timeout, ...options }, (response) => {
    const chunks: Buffer[] = [];
    response.on("data", (chunk: Buffer) => chunks.push(chunk));
    response.on("end", () => {
      const { statusCode, headers } = response;
      done({
        ...(statusCode !== undefined && { status: statusCode }),
        body: Buffer.concat(chunks).toString(),
        headers,
      });
    });
    response.on("error", (error) => done({ err: codeOf(error) }));
    onResponse?.(response, sent);
  });
  sent.on("timeout", () => sent.destroy(Object.assign(new Error("the caller gave up"), { code: "CLIENT_TIMEOUT" })));
  sent.on("error", (error) => done({ err: codeOf(error) }));
  if (body !== undefined) sent.write(body);
  if (onRequest) onRequest(sent);
  else sent.end();
}

function codeOf(error: Error): string {
  return (error as { readonly code?: string }).code ?? error.name;
}
