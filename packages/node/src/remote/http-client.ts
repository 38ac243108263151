import { Agent, type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders, request } from "node:http";
import { request as requestTls, Agent as TlsAgent } from "node:https";
import type { ConnectionOptions } from "node:tls";
import { Refusal } from "./refusal.js";

/** A whole answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface HttpCall {
  readonly method?: "GET" | "POST";
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Called at each part of the answer. */
  readonly progress?: () => void;
}

/**
 * HTTP calls to one server over connections of their own, which end with `close`. There is no limit in time, so that an answer may be
 * held for minutes: who calls gives up by the signal. Nothing of it keeps the process alive. Redirects are not followed.
 */
export class HttpClient {
  readonly #base: string;
  readonly #maxBytes: number;
  readonly #agent: Agent;
  readonly #request: typeof request;

  constructor(base: string, maxBytes: number, tls: ConnectionOptions = {}) {
    const isTls = base.startsWith("https:");
    this.#base = base;
    this.#maxBytes = maxBytes;
    this.#agent = isTls ? new TlsAgent({ keepAlive: true, ...tls }) : new Agent({ keepAlive: true });
    this.#request = isTls ? requestTls : request;
  }

  /** Rejects where there is no whole answer, and with {@link Refusal} for one above `maxBytes`; any status is an answer. */
  async call(path: string, call: HttpCall): Promise<HttpAnswer> {
    const response = await this.#send(path, call);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      call.progress?.();
      bytes += chunk.length;
      if (bytes > this.#maxBytes) throw new Refusal(`the answer is larger than ${this.#maxBytes} bytes`);
      chunks.push(chunk);
    }
    return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) };
  }

  /** The lines of an answer that need not end; those that came together come together. */
  async *lines(path: string, call: HttpCall): AsyncGenerator<readonly string[]> {
    const response = await this.#send(path, call);
    response.setEncoding("utf8");
    let rest = "";
    for await (const chunk of response as AsyncIterable<string>) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > this.#maxBytes) throw new Error(`a line of the answer is larger than ${this.#maxBytes} bytes`);
      if (lines.length > 0) yield lines;
    }
    if (rest !== "") yield [rest];
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(path: string, { method = "GET", headers = {}, body, signal }: HttpCall): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const sent = this.#request(`${this.#base}${path}`, { method, headers, agent: this.#agent, signal });
      sent.on("socket", (socket) => socket.unref());
      sent.on("response", resolve);
      sent.on("error", reject);
      sent.end(body);
    });
  }
}
