import type { HttpCall, HttpClient } from "../../remote/http-client.js";

/** A key with its value, both in base64, as etcd's gateway writes it. */
export interface KeyValue {
  readonly key: string;
  readonly value?: string;
  readonly mod_revision: string;
}

/** What a watch says. Numbers of 64 bits are texts; what is 0 or false is left out. */
export interface WatchResponse {
  readonly header: { readonly revision: string };
  readonly canceled?: boolean;
  readonly cancel_reason?: string;
  readonly compact_revision?: string;
  readonly events?: readonly { readonly type?: "DELETE"; readonly kv: KeyValue }[];
}

export interface RangeResponse {
  readonly header: { readonly revision: string };
  readonly kvs?: readonly KeyValue[];
  readonly count?: string;
}

type Body = Readonly<Record<string, unknown>>;

/** etcd's v3 API over its JSON gateway, which every etcd from 3.4 has at `/v3`. */
export class EtcdGateway {
  readonly #client: HttpClient;
  readonly #progress: () => void;
  readonly #signal: AbortSignal;
  #token: string | undefined;

  constructor(client: HttpClient, signal: AbortSignal, progress: () => void) {
    this.#client = client;
    this.#signal = signal;
    this.#progress = progress;
  }

  async authenticate(name: string, password: string | undefined): Promise<void> {
    this.#token = (await this.#ask<{ token: string }>("/v3/auth/authenticate", { name, password })).token;
  }

  range(body: Body, signal: AbortSignal = this.#signal): Promise<RangeResponse> {
    return this.#ask("/v3/kv/range", body, signal);
  }

  /** What a watch says, those parts together that came together. Throws when it ends with an error. */
  async *watch(create: Body): AsyncGenerator<readonly WatchResponse[]> {
    for await (const lines of this.#client.lines("/v3/watch", this.#call({ create_request: create }, this.#signal))) {
      yield lines.filter((line) => line.trim() !== "").map(responseIn);
    }
  }

  async #ask<T>(path: string, body: Body, signal = this.#signal): Promise<T> {
    const answer = await this.#client.call(path, this.#call(body, signal));
    const said = JSON.parse(answer.body.toString("utf8")) as T & GatewayError;
    if (answer.status !== 200) throw new Error(said.message ?? `etcd answered with status ${answer.status}`);
    return said;
  }

  // The gateway wants the bare token: with `Bearer` before it, it is refused.
  #call(body: Body, signal: AbortSignal): HttpCall {
    const headers = this.#token === undefined ? {} : { authorization: this.#token };
    return { method: "POST", headers, body: JSON.stringify(body), signal, progress: this.#progress };
  }
}

interface GatewayError {
  readonly message?: string;
}

function responseIn(line: string): WatchResponse {
  const { result, error } = JSON.parse(line) as { result?: WatchResponse; error?: GatewayError };
  if (result === undefined) throw new Error(error?.message ?? "the watch ended with an error");
  return result;
}
