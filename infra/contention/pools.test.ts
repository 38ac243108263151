import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";
import knexOf from "knex";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { track, waitingOf } from "../../packages/node/src/contention.ts";
import { service } from "../../packages/node/test/contention/support.ts";
import { type RedisServer, startRedis, unavailable as withoutRedis } from "../redis/redis.ts";
import { type PostgresServer, startPostgres, unavailable as withoutPostgres } from "./postgres.ts";

const reasons = { postgres: withoutPostgres(), redis: withoutRedis() };
for (const [name, reason] of Object.entries(reasons)) if (reason) console.log(`skipped: ${name}: ${reason}`);

describe.skipIf(reasons.postgres)("pools over a real PostgreSQL", () => {
  let postgres: PostgresServer;

  beforeAll(async () => {
    postgres = await startPostgres();
  });

  afterAll(() => postgres?.stop());

  function pgPool(max: number) {
    const all = service();
    const pool = track(all.sop, new pg.Pool({ connectionString: postgres.url, max }), "postgres");
    pool.on("error", () => {});
    // A client that a failed test has kept would hold up the end.
    onTestFinished(() => void pool.end());
    return { ...all, pool };
  }

  it("of pg: who holds a client and who waits for one, with the place; a query takes one for itself", async () => {
    const { sop, pool, request, window } = pgPool(2);
    const held = await request("/held", () => Promise.all([pool.connect(), pool.connect()]), "r-1");
    const query = request("/query", () => pool.query("select 1 as one"), "r-2");
    const callback = new Promise((resolve) => {
      request("/callback", () => pool.query("select 2 as two", (_error, { rows }) => resolve(rows)), "r-3");
    });
    const [found] = window().pools ?? [];
    expect(found).toMatchObject({ name: "postgres", kind: "pg", used: 2, max: 2, waiting: 2 });
    expect(found?.holders.map(({ requestId }) => requestId)).toEqual(["r-1", "r-1"]);
    expect(found?.waiters.map(({ requestId }) => requestId)).toEqual(["r-2", "r-3"]);
    expect(found?.waiters[0]?.site).toMatch(/pools\.test\.ts:\d+/);
    expect(waitingOf(sop).pools).toBe(2);
    for (const client of held) client.release();
    expect((await query).rows).toEqual([{ one: 1 }]);
    expect(await callback).toEqual([{ two: 2 }]);
    await expect.poll(() => window().pools?.[0]).toMatchObject({ used: 0, waiting: 0, holders: [], waiters: [] });
  });

  it("of pg: clients that were never given back are told by who took them, and when", async () => {
    const { pool, request, window } = pgPool(2);
    const began = Date.now();
    const leaked = [await request("/leak", () => pool.connect()), await request("/leak", () => pool.connect())];
    const taken = Date.now();
    request("/next", () => pool.query("select 1")).catch(() => {});
    const [found] = window().pools ?? [];
    expect(found?.holders.map(({ route }) => route)).toEqual(["/leak", "/leak"]);
    for (const { since } of found?.holders ?? []) {
      expect(since).toBeGreaterThanOrEqual(began);
      expect(since).toBeLessThanOrEqual(taken);
    }
    expect(found?.waiting).toBe(1);
    for (const client of leaked) client.release(true);
    await expect.poll(() => window().pools?.[0]?.holders).toEqual([]);
  });

  it("of pg: each of those who hold a client wants one more, which is a deadlock through the pool", async () => {
    const { pool, request, file } = pgPool(3);
    const clients: { release(destroy: boolean): void }[] = [];
    const transaction = async () => {
      const client = await pool.connect();
      clients.push(client);
      await client.query("begin");
      await pool.query("select 1");
      client.release();
    };
    for (let i = 0; i < 3; i++) request(`/transaction/${i}`, transaction).catch(() => {});
    await expect.poll(() => file()?.["deadlocks"]).toMatchObject([{ depth: 1, cycle: [{ waitsFor: "postgres" }] }]);
    for (const client of clients) client.release(true);
  });

  it("of pg: a pool that is full and drains is no deadlock, also where one request does many queries at once", async () => {
    const { pool, request, file, window } = pgPool(2);
    const all = request("/many", () =>
      Promise.all(Array.from({ length: 12 }, () => pool.query("select pg_sleep(0.05)"))),
    );
    const others = Array.from({ length: 6 }, (_, i) =>
      request(`/other/${i}`, async () => {
        const client = await pool.connect();
        await client.query("select pg_sleep(0.02)");
        client.release();
      }),
    );
    let isOver = false;
    const seen: unknown[] = [];
    const watch = (async () => {
      while (!isOver) {
        seen.push(...((file()?.["deadlocks"] as unknown[] | undefined) ?? []));
        await wait(5);
      }
    })();
    await Promise.all([all, ...others]);
    isOver = true;
    await watch;
    expect(seen).toEqual([]);
    expect(window().pools).toMatchObject([{ used: 0, waiting: 0 }]);
  });

  it("of knex: its pool of tarn, exhausted by transactions that query beside themselves, and drained", async () => {
    const { sop, request, file, window } = service();
    const knex = track(
      sop,
      knexOf({ client: "pg", connection: postgres.url, pool: { min: 0, max: 2 }, acquireConnectionTimeout: 6_000 }),
      "knex",
    );
    onTestFinished(() => void knex.destroy());
    expect(await request("/one", () => knex.select(knex.raw("1 as one")))).toEqual([{ one: 1 }]);
    expect(window().pools).toMatchObject([{ name: "knex", kind: "knex", used: 0, max: 2, waiting: 0, holders: [] }]);
    const nested = () => knex.transaction((_trx) => knex.raw("select 1"));
    const both = [request("/a", nested, "r-a"), request("/b", nested, "r-b")].map((one) => one.catch(() => "timeout"));
    // Nothing tells a transaction's query beside itself from another task of its request, but that nothing moves.
    const deadlocks = () => file()?.["deadlocks"];
    await expect.poll(deadlocks, { timeout: 5_500 }).toMatchObject([{ depth: 1, cycle: [{ waitsFor: "knex" }] }]);
    expect(window().pools).toMatchObject([{ used: 2, waiting: 2 }]);
    expect(await Promise.all(both)).toContain("timeout");
    await expect.poll(() => window().pools?.[0]).toMatchObject({ used: 0, waiting: 0, holders: [], waiters: [] });
  });
});

describe.skipIf(reasons.redis)("a connection over a real Redis", () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterAll(() => redis?.stop());

  function connection(options = {}) {
    const all = service();
    const client = new Redis({ port: redis.port, host: "127.0.0.1", ...options }).on("error", () => {});
    onTestFinished(() => client.disconnect());
    return { ...all, client: track(all.sop, client, "redis") };
  }

  it("is held by a command that blocks, and those behind it wait", async () => {
    const { client, request, window, sop } = connection();
    expect(await client.ping()).toBe("PONG");
    await expect.poll(() => window().pools?.[0]?.used).toBe(0);
    const blocked = request("/worker", () => client.blpop("jobs", 0), "r-1");
    const behind = request("/read", () => client.get("key"), "r-2");
    expect(window().pools).toMatchObject([
      { kind: "ioredis", used: 1, max: 1, waiting: 1, holders: [{ owner: "r-1" }], waiters: [{ owner: "r-2" }] },
    ]);
    expect(waitingOf(sop).pools).toBe(1);
    const other = new Redis({ port: redis.port, host: "127.0.0.1" });
    await other.rpush("jobs", "1");
    await other.quit();
    expect(await blocked).toEqual(["jobs", "1"]);
    expect(await behind).toBeNull();
    await expect.poll(() => window().pools?.[0]).toMatchObject({ used: 0, waiting: 0, max: undefined });
  });

  it("many commands on their way are no queue", async () => {
    const { client, request, window } = connection();
    await client.ping();
    await expect.poll(() => window().pools?.[0]?.used).toBe(0);
    const all = Promise.all(Array.from({ length: 500 }, (_, i) => request("/set", () => client.set(`k${i}`, i))));
    const [found] = window().pools ?? [];
    expect(found).toMatchObject({ used: 500, waiting: 0, max: undefined });
    await all;
    const results = await client.multi().incr("n").incr("n").exec();
    expect(results?.map(([, value]) => value)).toEqual([1, 2]);
    await expect.poll(() => window().pools?.[0]?.used).toBe(0);
  });

  it("commands wait while there is no connection", async () => {
    const { client, request, window } = connection({ port: 1, retryStrategy: () => 50, maxRetriesPerRequest: null });
    const waiting = request("/offline", () => client.get("x"), "r-1").catch(() => "gone");
    await expect
      .poll(() => window().pools?.[0])
      .toMatchObject({ used: 0, waiting: 1, max: 0, waiters: [{ owner: "r-1" }] });
    client.disconnect();
    expect(await waiting).toBe("gone");
    await expect.poll(() => window().pools?.[0]?.waiting).toBe(0);
  });
});
