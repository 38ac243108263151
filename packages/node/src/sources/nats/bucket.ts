import { readFileSync } from "node:fs";
import type { KV, KvWatchEntry } from "@nats-io/kv";
import type { NatsConnection, NodeConnectionOptions } from "@nats-io/transport-node";
import type { TlsFiles } from "../../remote/tls.js";
import { ended } from "../remote/ended.js";
import type { RemoteSettings } from "../remote/options.js";
import { peer } from "../remote/peer.js";
import type { Link, Remote } from "../remote/remote.js";

/** Where the bucket is, and who asks for it. */
export interface NatsPlace {
  readonly servers: readonly string[];
  readonly bucket: string;
  readonly user: string | undefined;
  readonly password: () => string | undefined;
  readonly token: () => string | undefined;
  readonly credsFile: string | undefined;
  readonly tls: TlsFiles | undefined;
}

/** Watches a bucket: first the last value of each key, then each change. Whatever ends the watch, it begins anew. */
export class NatsBucket implements Remote {
  readonly #place: NatsPlace;
  readonly #settings: RemoteSettings;
  #kv: KV | undefined;
  /** Sequence number of the last message that the watch told. */
  #seen = 0;
  /** `#seen` as it was at a check that found the bucket further. */
  #behindAt: number | undefined;

  constructor(place: NatsPlace, settings: RemoteSettings) {
    this.#place = place;
    this.#settings = settings;
  }

  async follow(link: Link, signal: AbortSignal): Promise<void> {
    const connection = await this.#connect();
    try {
      const lost = connection.closed().then((error) => {
        throw error ?? new Error("the connection ended");
      });
      await Promise.race([lost, ended(signal), this.#watch(connection, link)]);
    } finally {
      this.#kv = undefined;
      await connection.close();
    }
  }

  /** The server must answer, and the watch must have told what the bucket has by the next time. */
  async check(): Promise<void> {
    const status = await this.#kv?.status();
    if (status === undefined) return;
    const { last_seq } = status.streamInfo.state;
    if (last_seq < this.#seen) throw new Error("the bucket was made anew");
    const isBehind = last_seq > this.#seen;
    if (isBehind && this.#behindAt === this.#seen) throw new Error("the watch tells nothing more, while keys change");
    this.#behindAt = isBehind ? this.#seen : undefined;
  }

  async #connect(): Promise<NatsConnection> {
    const { connect, credsAuthenticator } = await peer(
      "@nats-io/transport-node",
      () => import("@nats-io/transport-node"),
    );
    const { servers, user, password, token, credsFile, tls } = this.#place;
    const credentials = { user, pass: password(), token: token(), tls };
    const options: NodeConnectionOptions = {
      servers: [...servers],
      // The client's own watch has died silently after a reconnect: a lost connection is a new watch.
      reconnect: false,
      timeout: this.#settings.timeout,
      ...Object.fromEntries(Object.entries(credentials).filter(([, value]) => value !== undefined)),
      ...(credsFile !== undefined && { authenticator: credsAuthenticator(readFileSync(credsFile)) }),
    };
    return connect(options);
  }

  async #watch(connection: NatsConnection, link: Link): Promise<never> {
    const { Kvm } = await peer("@nats-io/kv", () => import("@nats-io/kv"));
    link.progress();
    const kv = await new Kvm(connection).open(this.#place.bucket);
    const { streamInfo } = await kv.status();
    link.progress();
    this.#seen = 0;
    this.#behindAt = undefined;
    const first = new Map<string, Uint8Array>();
    let isWhole = streamInfo.state.messages === 0;
    if (isWhole) this.#begin(link, first, streamInfo.state.last_seq);
    this.#kv = kv;
    for await (const entry of await kv.watch()) {
      if (isWhole) {
        this.#apply(link, entry);
        continue;
      }
      link.progress();
      if (entry.operation === "PUT") first.set(entry.key, entry.value);
      isWhole = entry.isUpdate;
      if (isWhole) this.#begin(link, first, entry.revision);
    }
    throw new Error("the watch ended");
  }

  #begin(link: Link, first: ReadonlyMap<string, Uint8Array>, revision: number): void {
    link.table.putAll(first);
    this.#seen = revision;
    link.ready(String(revision));
  }

  #apply({ table, ready }: Link, { key, operation, value, revision }: KvWatchEntry): void {
    if (operation === "PUT") table.put(key, value);
    else table.delete(key);
    this.#seen = revision;
    ready(String(revision));
  }
}
