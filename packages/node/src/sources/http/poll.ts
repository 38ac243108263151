import { createHash } from "node:crypto";
import type { OutgoingHttpHeaders } from "node:http";
import type { ConnectionOptions } from "node:tls";
import { type HttpAnswer, HttpClient } from "../../remote/http-client.js";
import { Refusal } from "../../remote/refusal.js";
import { flagsOfDocument } from "../remote/document.js";
import { ended } from "../remote/ended.js";
import type { RemoteSettings } from "../remote/options.js";
import type { Link, Remote } from "../remote/remote.js";

/** What is known of the document as it was the last time. */
interface Seen {
  readonly revision?: string;
  readonly conditions: OutgoingHttpHeaders;
}

/** Asks for a document from time to time: the heartbeat is the poll. */
export class HttpPoll implements Remote {
  readonly #url: string;
  readonly #settings: RemoteSettings;
  readonly #token: () => string | undefined;
  readonly #tls: () => ConnectionOptions | undefined;
  #ask: (signal: AbortSignal) => Promise<void> = async () => {};

  constructor(
    url: string,
    settings: RemoteSettings,
    token: () => string | undefined,
    tls: () => ConnectionOptions | undefined,
  ) {
    this.#url = url;
    this.#settings = settings;
    this.#token = token;
    this.#tls = tls;
  }

  async follow(link: Link, signal: AbortSignal): Promise<void> {
    const client = new HttpClient(this.#url, this.#settings.maxBytes, this.#tls());
    let seen: Seen = { conditions: {} };
    this.#ask = async (until) => {
      seen = await this.#poll(client, link, seen, until);
    };
    try {
      await this.#ask(signal);
      await ended(signal);
    } finally {
      client.close();
    }
  }

  check(signal: AbortSignal): Promise<void> {
    return this.#ask(signal);
  }

  async #poll(client: HttpClient, link: Link, seen: Seen, signal: AbortSignal): Promise<Seen> {
    const token = this.#token();
    const headers = { ...seen.conditions, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
    try {
      const answer = await client.call("", { headers, signal, progress: link.progress });
      if (answer.status === 304 && seen.revision !== undefined) return seen;
      if (answer.status !== 200) throw new Error(`the server answered with status ${answer.status}`);
      const now = seenIn(answer);
      if (now.revision === seen.revision) return now;
      // Remembered before it is read: one that cannot be used is told once, not at each poll.
      seen = now;
      link.table.setAll(flagsOfDocument(answer.body, this.#settings.name));
      link.ready(now.revision);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      link.refused(`${this.#settings.name}: ${error.message}`);
    }
    return seen;
  }
}

function seenIn({ headers, body }: HttpAnswer): Seen & { readonly revision: string } {
  const { etag, "last-modified": modified } = headers;
  return {
    revision: createHash("sha256").update(body).digest("hex").slice(0, 12),
    conditions: { ...(etag && { "if-none-match": etag }), ...(modified && { "if-modified-since": modified }) },
  };
}
