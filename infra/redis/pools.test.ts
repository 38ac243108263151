import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evictablePool } from "../../packages/node/src/pools.ts";
import { type RedisServer, startRedis, unavailable } from "./redis.ts";

const reason = unavailable();
if (reason) console.log(`skipped: Redis does not run here: ${reason}`);

/** Four connections in turn, as a pool of a client library. */
class RedisPool {
  readonly #connections: readonly Redis[];
  #next = 0;

  constructor(port: number) {
    this.#connections = Array.from({ length: 4 }, () => new Redis({ port, host: "127.0.0.1" }));
  }

  get any(): Redis {
    return this.#connections[this.#next++ % this.#connections.length] as Redis;
  }

  async ping(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.ping()));
  }

  async quit(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.quit()));
  }
}

describe.skipIf(reason)("a pool of ioredis over a real Redis", () => {
  let redis: RedisServer;
  let control: Redis;

  beforeAll(async () => {
    redis = await startRedis();
    control = new Redis({ port: redis.port, host: "127.0.0.1" });
  });

  afterAll(async () => {
    await control?.quit();
    await redis?.stop();
  });

  const poolOf = () =>
    evictablePool({
      create: () => new RedisPool(redis.port),
      ready: (pool) => pool.ping(),
      close: (pool) => pool.quit(),
    });

  /** Connections to the server, that of the test left out. */
  const connections = async (): Promise<number> =>
    String(await control.client("LIST"))
      .trim()
      .split("\n").length - 1;

  it("is evicted again and again under load: each query is answered, and has run exactly once", async () => {
    const pool = poolOf();
    let isOver = false;
    let answered = 0;
    const clients = Array.from({ length: 32 }, async () => {
      while (!isOver) {
        await pool.use((redis) => redis.any.incr("count"));
        answered++;
      }
    });
    for (let i = 1; i <= 20; i++) {
      await expect.poll(() => answered, { interval: 5 }).toBeGreaterThan(i * 500);
      await pool.evict();
    }
    isOver = true;
    await Promise.all(clients);
    expect(Number(await control.get("count"))).toBe(answered);
    await expect.poll(connections).toBe(4);
    await pool.close();
    await expect.poll(connections).toBe(0);
  });

  it("keeps an old connection for the query that blocks on it, and no longer", async () => {
    const pool = poolOf();
    const blocked = pool.use((redis) => redis.any.blpop("jobs", 0));
    await expect.poll(async () => String(await control.client("LIST")).includes("cmd=blpop")).toBe(true);
    const evicted = pool.evict();
    await expect.poll(connections).toBe(8);
    await pool.use((redis) => redis.any.rpush("jobs", "job 7"));
    expect(await blocked).toEqual(["jobs", "job 7"]);
    await evicted;
    await expect.poll(connections).toBe(4);
    await pool.close();
  });

  it("stays the old one where the fresh one cannot connect", async () => {
    let port = redis.port;
    const pool = evictablePool({
      create: () =>
        new Redis({ port, host: "127.0.0.1", lazyConnect: true, retryStrategy: null }).on("error", () => {}),
      ready: (client) => client.ping(),
      close: (client) => client.disconnect(),
    });
    port = 1;
    await expect(pool.evict()).rejects.toThrow();
    expect(await pool.use((client) => client.ping())).toBe("PONG");
    await pool.close();
  });
});
