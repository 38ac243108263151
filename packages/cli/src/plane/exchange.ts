import * as http from "node:http";
import * as https from "node:https";
import type { PlaneAddress } from "./find-plane.js";
import { whyNoAnswer } from "./no-answer.js";
import { PlaneError, unreachable } from "./plane-error.js";

/** What is asked. */
export interface Question {
  readonly method: string;
  /** Below the plane's root, with its query. */
  readonly path: string;
  readonly accept: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One connection at a time to one plane, kept open between requests. */
export class Exchange {
  readonly address: PlaneAddress;
  readonly #agent: http.Agent;

  constructor(address: PlaneAddress) {
    this.address = address;
    const { ca, cert, key } = address;
    // The agents of this module know no proxies: what listens on loopback is on this machine.
    this.#agent =
      address.url.protocol === "https:"
        ? new https.Agent({ keepAlive: true, ca, cert, key })
        : new http.Agent({ keepAlive: true });
  }

  /** Asks, and gives the answer when its head is there. Throws a `PlaneError` where none comes within `timeout` milliseconds. */
  async ask(question: Question, timeout: number, signal: AbortSignal): Promise<http.IncomingMessage> {
    try {
      return await this.#send(question, timeout, signal);
    } catch (error) {
      if (signal.aborted || error instanceof PlaneError) throw error;
      throw unreachable(whyNoAnswer(error, this.address));
    }
  }

  #send(question: Question, timeout: number, signal: AbortSignal): Promise<http.IncomingMessage> {
    const { url, token, name } = this.address;
    const body = question.body === undefined ? undefined : Buffer.from(JSON.stringify(question.body));
    const headers = {
      ...question.headers,
      accept: question.accept,
      ...(token === undefined ? {} : { "x-admin-token": token }),
      ...(body === undefined ? {} : { "content-type": "application/json", "content-length": body.length }),
    };
    const { request } = url.protocol === "https:" ? https : http;
    return new Promise((resolve, reject) => {
      const sent = request(new URL(question.path, url), {
        method: question.method,
        headers,
        agent: this.#agent,
        signal,
      });
      // It counts from here, whatever trickles in: a socket's own timeout starts anew with each byte.
      const timer = setTimeout(
        () => sent.destroy(unreachable(`${name} did not answer within ${timeout / 1_000} s`)),
        timeout,
      );
      sent.once("response", (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      sent.once("error", (error) => {
        clearTimeout(timer);
        // The plane may close a kept connection in the moment it is used again; reads can be repeated.
        const isStale = sent.reusedSocket && (error as NodeJS.ErrnoException).code === "ECONNRESET";
        if (isStale && question.method === "GET") resolve(this.#send(question, timeout, signal));
        else reject(error);
      });
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** The text of an answer of at most `limit` bytes. Throws a `PlaneError` where it is longer, is cut, or is not whole in `timeout` milliseconds. */
export async function readText(
  answer: http.IncomingMessage,
  { name, timeout, limit }: { name: string; timeout: number; limit: number },
): Promise<string> {
  const timer = setTimeout(
    () => answer.destroy(unreachable(`${name} did not end its answer within ${timeout / 1_000} s`)),
    timeout,
  );
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limit) throw unreachable(`${name} answers with more than ${limit / 2 ** 20} MiB`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString("utf8");
  } catch (error) {
    if (error instanceof PlaneError) throw error;
    throw unreachable(`${name} cut its answer short (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
  } finally {
    clearTimeout(timer);
    answer.destroy();
  }
}
