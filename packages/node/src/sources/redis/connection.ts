import type { ConnectionOptions } from "node:tls";
import { ended } from "../remote/ended.js";
import { peer } from "../remote/peer.js";

/** One connection to Redis, which is not mended when it is lost. */
export interface RedisConnection {
  /** Rejects when the connection is lost; never resolves. */
  readonly lost: Promise<never>;
  /** Calls `heard` at each message on one of the channels. */
  listen(channels: readonly string[], heard: () => void): Promise<void>;
  /** All fields of a hash, read at once; none where there is no such key. */
  fields(key: string): Promise<readonly (readonly [name: string, value: Buffer])[]>;
  /** One field of a hash. */
  field(key: string, name: string): Promise<string | undefined>;
  close(): void;
}

interface Address {
  readonly url: string;
  readonly user: string | undefined;
  readonly password: () => string | undefined;
  readonly tls: () => ConnectionOptions | undefined;
}

/**
 * Connects over `@redis/client`. Its own reconnecting, and its queue of commands for the time without a connection, are off: what is
 * lost must be known, so that the hash is read again.
 */
export async function connect({ url, user, password, tls }: Address, signal: AbortSignal): Promise<RedisConnection> {
  const { createClient, RESP_TYPES } = await peer("@redis/client", () => import("@redis/client"));
  const secure = tls();
  const client = createClient({
    url,
    // Of the third version of the protocol: commands and messages go over one connection.
    RESP: 3,
    disableOfflineQueue: true,
    maintNotifications: "disabled",
    ...(user !== undefined && { username: user }),
    ...credentials(password()),
    socket: { reconnectStrategy: false, ...(secure && { tls: true, ...secure }) },
  });
  const close = (): void => {
    if (client.isOpen) client.destroy();
  };
  const lost = new Promise<never>((_, reject) => {
    client.on("error", reject);
    client.on("end", () => reject(new Error("the connection ended")));
    void ended(signal).then(() => reject(new Error("stopped")));
  });
  lost.catch(close);
  await Promise.race([lost, client.connect()]);
  client.unref();
  const binary = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer, [RESP_TYPES.MAP]: Array });
  return {
    lost,
    listen: (channels, heard) => client.subscribe([...channels], heard),
    async fields(key) {
      const flat = await binary.sendCommand<Buffer[]>(["HGETALL", key]);
      return flat.flatMap((item, i) => (i % 2 === 0 ? [[item.toString(), flat[i + 1] as Buffer] as const] : []));
    },
    field: async (key, name) => (await client.hGet(key, name)) ?? undefined,
    close,
  };
}

function credentials(password: string | undefined): { password?: string } {
  return password === undefined ? {} : { password };
}
