import { createHash } from "node:crypto";
import type { ConnectionOptions } from "node:tls";
import { Bell } from "../../remote/bell.js";
import type { RemoteSettings } from "../remote/options.js";
import type { Link, Remote } from "../remote/remote.js";
import { connect, type RedisConnection } from "./connection.js";

/** Where the hash is, and who asks for it. */
export interface RedisPlace {
  readonly url: string;
  readonly key: string;
  readonly channel: string;
  readonly user: string | undefined;
  readonly password: () => string | undefined;
  readonly tls: () => ConnectionOptions | undefined;
  readonly resync: number;
}

const REVISION = "$revision";

/** Reads the whole hash at each sign of a change, one reading at a time. */
export class RedisHash implements Remote {
  readonly #place: RedisPlace;
  readonly #settings: RemoteSettings;
  #bell = new Bell();
  #connection: RedisConnection | undefined;
  #revision: string | undefined;
  #readAt = 0;

  constructor(place: RedisPlace, settings: RemoteSettings) {
    this.#place = place;
    this.#settings = settings;
  }

  async follow(link: Link, signal: AbortSignal): Promise<void> {
    const connection = await connect(this.#place, signal);
    this.#connection = connection;
    this.#bell = new Bell();
    try {
      link.progress();
      await Promise.race([connection.lost, this.#listen(connection, link, this.#bell)]);
    } finally {
      connection.close();
    }
  }

  /** The server must answer; where the hash is another than the one that was read, a message was lost. */
  async check(): Promise<void> {
    const revision = await this.#connection?.field(this.#place.key, REVISION);
    const age = this.#settings.clock.monotonic() - this.#readAt;
    if (revision !== this.#revision || age >= this.#place.resync) this.#bell.ring();
  }

  async #listen(connection: RedisConnection, link: Link, bell: Bell): Promise<never> {
    const { key, channel, url } = this.#place;
    const database = new URL(url).pathname.slice(1) || "0";
    await connection.listen([channel, `__keyspace@${database}__:${key}`], () => bell.ring());
    for (;;) {
      await this.#read(connection, link);
      await bell.rung();
    }
  }

  async #read(connection: RedisConnection, link: Link): Promise<void> {
    const fields = await connection.fields(this.#place.key);
    this.#readAt = this.#settings.clock.monotonic();
    this.#revision = fields.find(([name]) => name === REVISION)?.[1].toString();
    const flags = fields.filter(([name]) => name !== REVISION);
    link.table.putAll(flags);
    link.ready(this.#revision ?? digest(flags));
  }
}

/** What names a hash that is not counted. */
function digest(fields: readonly (readonly [string, Buffer])[]): string {
  const hash = createHash("sha256");
  for (const [name, value] of fields) hash.update(`${name}\0`).update(value).update("\0");
  return hash.digest("hex").slice(0, 12);
}
