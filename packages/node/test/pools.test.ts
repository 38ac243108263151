import { createServer } from "node:http";
import { OptionError, SopError } from "@sop/core";
import fc from "fast-check";
import { Pool } from "undici";
import { describe, expect, it, vi } from "vitest";
import { type EvictablePool, type EvictablePoolOptions, evictablePool } from "../src/pools.ts";
import { leaving, listen } from "./support/leaving.ts";

/** A pool that notes what is done to it. */
class Fake {
  uses = 0;
  isClosed = false;
  usedAfterClose = false;
}

function fakes(options: Partial<EvictablePoolOptions<Fake>> = {}) {
  const made: Fake[] = [];
  const pool = evictablePool<Fake>({
    create: () => {
      const fake = new Fake();
      made.push(fake);
      return fake;
    },
    close: (fake) => {
      fake.usedAfterClose ||= fake.uses > 0;
      fake.isClosed = true;
    },
    ...options,
  });
  return { pool, made };
}

/** Work that is in progress until `finish`. */
function working(pool: EvictablePool<Fake>): { readonly done: Promise<Fake>; finish(): void } {
  let finish = (): void => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const done = pool.use(async (fake) => {
    fake.uses++;
    fake.usedAfterClose ||= fake.isClosed;
    await finished;
    fake.uses--;
    return fake;
  });
  return { done, finish: () => finish() };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("an eviction", () => {
  it("gives what comes a fresh pool, lets what runs finish with the old one, and closes that", async () => {
    const { pool, made } = fakes();
    const before = working(pool);
    const evicted = pool.evict();
    await settled();
    const after = working(pool);
    await settled();
    expect([made.length, made[0]?.isClosed, pool.inUse]).toEqual([2, false, 2]);
    after.finish();
    expect(await after.done).toBe(made[1]);
    before.finish();
    expect(await before.done).toBe(made[0]);
    await evicted;
    expect([made[0]?.isClosed, made[1]?.isClosed, pool.inUse]).toEqual([true, false, 0]);
  });

  it("waits until the fresh pool is ready, and keeps the old one where it is not", async () => {
    const reason = new Error("wrong password");
    const ready = vi.fn<(fake: Fake) => Promise<void>>().mockRejectedValueOnce(reason).mockResolvedValueOnce();
    const { pool, made } = fakes({ ready });
    await expect(pool.evict()).rejects.toBe(reason);
    expect(made.map(({ isClosed }) => isClosed)).toEqual([false, true]);
    expect(await pool.use((fake) => fake)).toBe(made[0]);
    await pool.evict();
    expect(await pool.use((fake) => fake)).toBe(made[2]);
  });

  it("tells what closing the old pool threw, and the fresh one is in use", async () => {
    const reason = new Error("stuck");
    const { pool, made } = fakes({
      close: () => {
        throw reason;
      },
    });
    await expect(pool.evict()).rejects.toBe(reason);
    expect(await pool.use((fake) => fake)).toBe(made[1]);
  });

  it("closes a pool whose work hangs when its limit is reached", async () => {
    vi.useFakeTimers();
    try {
      const { pool, made } = fakes({ limit: "2s" });
      working(pool);
      const evicted = pool.evict();
      await vi.advanceTimersByTimeAsync(1_999);
      expect(made[0]?.isClosed).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      await evicted;
      expect(made[0]?.isClosed).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  it("of a pool that is closed is refused", async () => {
    const { pool } = fakes();
    await pool.close();
    await expect(pool.evict()).rejects.toMatchObject({ code: "SOP_DRAINING" });
  });

  it("that is overtaken by a close leaves nothing open", async () => {
    let isReady = (): void => {};
    const answer = new Promise<void>((resolve) => {
      isReady = resolve;
    });
    const { pool, made } = fakes({ ready: () => answer });
    const evicted = pool.evict();
    const closed = pool.close();
    isReady();
    await expect(evicted).rejects.toMatchObject({ code: "SOP_DRAINING" });
    await closed;
    expect(made.map(({ isClosed }) => isClosed)).toEqual([true, true]);
  });
});

describe("work", () => {
  it("that fails, at once or later, frees the pool and is told", async () => {
    const { pool } = fakes();
    const reason = new Error("no such table");
    const wrong = [
      () => {
        throw reason;
      },
      async () => {
        throw reason;
      },
    ];
    for (const work of wrong) await expect(pool.use(work)).rejects.toBe(reason);
    expect(pool.inUse).toBe(0);
    await pool.evict();
  });

  it("with a pool that is closed is refused", async () => {
    const { pool, made } = fakes();
    const before = working(pool);
    const closed = pool.close();
    const refused: unknown = await pool.use(() => "work").catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(SopError);
    expect(refused).toMatchObject({ code: "SOP_DRAINING" });
    expect(made[0]?.isClosed).toBe(false);
    before.finish();
    await closed;
    expect(made[0]?.isClosed).toBe(true);
  });
});

describe("the drain of a Sop", () => {
  it("closes the pool after the last request", async () => {
    const sop = leaving();
    const { made } = fakes({ sop });
    await sop.drain();
    expect(made[0]?.isClosed).toBe(true);
  });
});

it("options that are wrong are all named", () => {
  const wrong = (): unknown => evictablePool({ create: 7, close: null, ready: "yes", limit: -1 } as never);
  expect(wrong).toThrow(OptionError);
  expect(wrong).toThrow(/pool\.create: got 7.*pool\.close: got null.*pool\.ready: got "yes".*pool\.limit: got -1/);
  expect(() => evictablePool(undefined as never)).toThrow("pool.create: got nothing, expected a function");
});

it("whatever happens in whatever order: no pool is used after its close, and each but the last is closed once idle", async () => {
  const steps = fc.array(fc.constantFrom("use", "finish", "evict", "failing evict"), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(steps, async (history) => {
      let fails = false;
      const { pool, made } = fakes({
        ready: async () => {
          if (fails) throw new Error("not ready");
        },
      });
      const running: ReturnType<typeof working>[] = [];
      const evictions: Promise<unknown>[] = [];
      for (const step of history) {
        fails = step === "failing evict";
        if (step === "use") running.push(working(pool));
        else if (step === "finish") running.shift()?.finish();
        else evictions.push(pool.evict().catch(() => undefined));
        await settled();
        expect(pool.inUse).toBe(running.length);
      }
      for (const { finish } of running) finish();
      await Promise.all([...running.map(({ done }) => done), ...evictions]);
      expect(made.filter(({ isClosed }) => !isClosed)).toHaveLength(1);
      await pool.close();
      for (const fake of made) expect([fake.isClosed, fake.usedAfterClose]).toEqual([true, false]);
    }),
  );
});

describe("undici's pool", () => {
  it("is evicted again and again under load without the loss of a request", async () => {
    let served = 0;
    const server = createServer((_request, response) =>
      setTimeout(() => response.end(String(++served)), Math.random() * 5),
    );
    const port = await listen(server);
    const pool = evictablePool({
      create: () => new Pool(`http://127.0.0.1:${port}`, { connections: 8 }),
      close: (old) => old.close(),
    });
    let isOver = false;
    let answered = 0;
    const clients = Array.from({ length: 40 }, async () => {
      while (!isOver) {
        await pool.use(async (undici) => {
          const { statusCode, body } = await undici.request({ method: "GET", path: "/" });
          await body.text();
          if (statusCode === 200) answered++;
        });
      }
    });
    for (let i = 1; i <= 10; i++) {
      await expect.poll(() => answered, { interval: 5 }).toBeGreaterThan(i * 100);
      await pool.evict();
    }
    isOver = true;
    await Promise.all(clients);
    expect(answered).toBe(served);
    await pool.close();
    await expect.poll(() => new Promise((resolve) => server.getConnections((_, n) => resolve(n)))).toBe(0);
  });
});
