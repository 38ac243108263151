import type { ConnectionOptions } from "node:tls";
import { HttpClient } from "../../remote/http-client.js";
import type { RemoteSettings } from "../remote/options.js";
import type { Link, Remote } from "../remote/remote.js";
import { EtcdGateway, type KeyValue, type WatchResponse } from "./gateway.js";

/** Where the keys are, and who asks for them. */
export interface EtcdPlace {
  readonly endpoints: readonly string[];
  readonly prefix: string;
  readonly user: string | undefined;
  readonly password: () => string | undefined;
  readonly tls: () => ConnectionOptions | undefined;
}

/** Lists the keys, then watches them from the next revision on. Whatever ends the watch, the keys are listed anew. */
export class EtcdWatch implements Remote {
  readonly #place: EtcdPlace;
  readonly #settings: RemoteSettings;
  readonly #range: { readonly key: string; readonly range_end: string };
  #attempt: number;
  #gateway: EtcdGateway | undefined;
  #link: Link | undefined;
  /** The revision up to which the table is known to be complete. */
  #seen = 0;
  /** `#seen` as it was at a check that found the store further. */
  #behindAt: number | undefined;

  constructor(place: EtcdPlace, settings: RemoteSettings) {
    const prefix = Buffer.from(place.prefix);
    this.#place = place;
    this.#settings = settings;
    this.#range = { key: prefix.toString("base64"), range_end: endOf(prefix).toString("base64") };
    // A fleet is spread over the members.
    this.#attempt = Math.floor(settings.random() * place.endpoints.length);
  }

  async follow(link: Link, signal: AbortSignal): Promise<void> {
    const { endpoints, user, password, tls } = this.#place;
    const endpoint = endpoints[this.#attempt++ % endpoints.length] as string;
    // In base64, with the names of the fields around it, a value takes more than it has.
    const client = new HttpClient(endpoint, 3 * this.#settings.maxBytes, tls());
    const gateway = new EtcdGateway(client, signal, link.progress);
    try {
      if (user !== undefined) await gateway.authenticate(user, password());
      const { header, kvs = [] } = await gateway.range(this.#range);
      link.table.putAll(kvs.map((kv) => [this.#flagOf(kv), bytesOf(kv)] as const));
      this.#seen = Number(header.revision);
      this.#behindAt = undefined;
      this.#gateway = gateway;
      this.#link = link;
      link.ready(header.revision);
      for await (const responses of gateway.watch({ ...this.#range, start_revision: this.#seen + 1 })) {
        if (responses.some((response) => this.#apply(response, link))) link.ready(String(this.#seen));
      }
      throw new Error("the watch ended");
    } finally {
      client.close();
    }
  }

  /** Asks for the newest change: the store must answer, and the watch must have told it by the next time. */
  async check(signal: AbortSignal): Promise<void> {
    const newest = { limit: 1, keys_only: true, sort_order: "DESCEND", sort_target: "MOD" };
    const answer = await this.#gateway?.range({ ...this.#range, ...newest }, signal);
    if (answer === undefined) return;
    const { kvs = [], count = "0" } = answer;
    const isBehind = Number(kvs[0]?.mod_revision ?? 0) > this.#seen || Number(count) !== this.#link?.table.size;
    if (isBehind && this.#behindAt === this.#seen) throw new Error("the watch tells nothing more, while keys change");
    this.#behindAt = isBehind ? this.#seen : undefined;
  }

  /** Whether the response changed the table. */
  #apply({ header, canceled, cancel_reason, compact_revision, events = [] }: WatchResponse, { table }: Link): boolean {
    if (compact_revision !== undefined) throw new Error(`the watch fell behind the compaction at ${compact_revision}`);
    if (canceled) throw new Error(`the watch was canceled: ${cancel_reason ?? "no reason was given"}`);
    for (const { type, kv } of events) {
      if (type === "DELETE") table.delete(this.#flagOf(kv));
      else table.put(this.#flagOf(kv), bytesOf(kv));
    }
    if (events.length > 0) this.#seen = Number(header.revision);
    return events.length > 0;
  }

  #flagOf({ key }: KeyValue): string {
    return Buffer.from(key, "base64").toString("utf8").slice(this.#place.prefix.length);
  }
}

function bytesOf({ value = "" }: KeyValue): Buffer {
  return Buffer.from(value, "base64");
}

/** The first key after all that begin with `prefix`: its last byte that can grow, grown. */
function endOf(prefix: Buffer): Buffer {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length--;
  if (length === 0) return Buffer.from([0]);
  const end = Buffer.from(prefix.subarray(0, length));
  end[length - 1] = (end[length - 1] as number) + 1;
  return end;
}
