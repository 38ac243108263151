import { createClient } from "@redis/client";
import { type RedisSourceOptions, redisSource } from "@sop/node/sources/redis";
import { own } from "./own-directory.ts";
import { freePort, ServerProcess } from "./server-process.ts";
import type { Store } from "./store.ts";

const KEY = "sop:shop:flags";

/** A hash of a Redis of its own, which keeps each change before it acknowledges it. */
export interface RedisStore extends Store {
  /** Sends any command over a connection of its own. */
  command(...args: readonly string[]): Promise<unknown>;
  source(options: Partial<RedisSourceOptions>): ReturnType<Store["source"]>;
}

export async function openRedisStore(): Promise<RedisStore> {
  const { dir, remove } = own("redis");
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const server = new ServerProcess(port, "redis-server", [
    ...["--bind", "127.0.0.1", "--port", String(port), "--dir", dir, "--save", ""],
    ...["--appendonly", "yes", "--appendfsync", "always"],
  ]);
  await server.start();
  const send = async (...commands: readonly (readonly string[])[]): Promise<unknown> => {
    const client = createClient({ url, socket: { reconnectStrategy: false } }).on("error", () => {});
    await client.connect();
    try {
      if (commands.length === 1) return await client.sendCommand([...(commands[0] ?? [])]);
      return await commands.reduce((multi, args) => multi.addCommand([...args]), client.multi()).exec();
    } finally {
      client.destroy();
    }
  };
  const change = async (...args: readonly string[]): Promise<void> => {
    await send(args, ["HINCRBY", KEY, "$revision", "1"], ["PUBLISH", KEY, "changed"]);
  };
  return {
    server,
    command: (...args) => send(args),
    set: (flags) =>
      change("HSET", KEY, ...Object.entries(flags).flatMap(([flag, value]) => [flag, JSON.stringify(value)])),
    remove: (flag) => change("HDEL", KEY, flag),
    corrupt: (flag) => change("HSET", KEY, flag, "{half"),
    named: { redis: { url, key: KEY } },
    source: (options) => redisSource({ url, key: KEY, ...options }),
    async close() {
      await server.kill();
      remove();
    },
  };
}
