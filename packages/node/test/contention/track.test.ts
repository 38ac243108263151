import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { OptionError } from "@sop/core";
import { Mutex, Semaphore, withTimeout } from "async-mutex";
import { createPool } from "generic-pool";
import { describe, expect, it } from "vitest";
import { asContext, track, waitingOf } from "../../src/contention.ts";
import { service, settle } from "./support.ts";

const never = (): Promise<never> => new Promise(() => {});

describe("locks of async-mutex", () => {
  it("tells who holds a lock and who waits for it, with the request and the place", async () => {
    const { sop, request, window } = service();
    const lock = track(sop, new Mutex(), "stock");
    request("/a", () => lock.runExclusive(never), "r-1");
    request("/b", () => lock.runExclusive(never), "r-2");
    await settle();
    const [stock] = window().locks ?? [];
    expect(stock).toMatchObject({ name: "stock", kind: "mutex", max: 1 });
    expect(stock?.holders).toMatchObject([{ requestId: "r-1", route: "/a" }]);
    expect(stock?.waiters).toMatchObject([{ owner: "r-2", requestId: "r-2", route: "/b" }]);
    expect(stock?.waiters[0]?.site).toMatch(/track\.test\.ts:\d+:\d+$/);
    expect(waitingOf(sop)).toEqual({ locks: 1, pools: undefined });
  });

  it("tells two locks that are taken in opposite order as a cycle of two", async () => {
    const { sop, request, window, file } = service();
    const [a, b] = [track(sop, new Mutex(), "a"), track(sop, new Mutex(), "b")];
    const both = (first: Mutex, second: Mutex) => () =>
      first.runExclusive(async () => {
        await settle();
        await second.runExclusive(() => {});
      });
    request("/ab", both(a, b), "r-1");
    request("/ba", both(b, a), "r-2");
    await settle();
    await settle();
    const locks = window().locks ?? [];
    expect(locks.map(({ name, holders, waiters }) => [name, holders[0]?.owner, waiters[0]?.owner])).toEqual([
      ["a", "r-1", "r-2"],
      ["b", "r-2", "r-1"],
    ]);
    expect(file()).toMatchObject({ deadlocks: [{ depth: 2 }], longestChain: [] });
  });

  it("tells a lock that one request takes twice as a cycle of one, with and without a callback", async () => {
    const { sop, request, file } = service();
    const inner = track(sop, new Mutex(), "inner");
    request("/twice", () => inner.runExclusive(() => inner.runExclusive(() => {})));
    await settle();
    expect(file()).toMatchObject({ deadlocks: [{ depth: 1, cycle: [{ route: "/twice", waitsFor: "inner" }] }] });
  });

  it("believes a request that takes a lock twice without a callback only once nothing has moved for three seconds", async () => {
    const { sop, request, file } = service();
    const lock = track(sop, new Mutex(), "lock");
    request("/twice", async () => {
      await lock.acquire();
      await lock.acquire();
    });
    await settle();
    expect(file()).toMatchObject({ deadlocks: [] });
    await expect.poll(file, { timeout: 10_000 }).toMatchObject({ deadlocks: [{ depth: 1 }] });
  });

  it("does not take many tasks of one request, which share a semaphore, for a deadlock", async () => {
    const { sop, request, window, file } = service();
    const slots = track(sop, new Semaphore(2), "slots");
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const all = request("/many", () => Promise.all([1, 2, 3, 4, 5].map(() => slots.runExclusive(() => gate))));
    await settle();
    const [found] = window().locks ?? [];
    expect(found?.waiters).toHaveLength(3);
    const holding = new Set(found?.holders.map(({ owner }) => owner));
    expect(found?.waiters.some(({ owner }) => holding.has(owner))).toBe(false);
    expect(file()).toMatchObject({ deadlocks: [] });
    release();
    await all;
    expect(window().locks).toEqual([]);
    expect(waitingOf(sop).locks).toBe(0);
  });

  it("tells holders of a semaphore that all want one more of it", async () => {
    const { sop, request, file } = service();
    const slots = track(sop, new Semaphore(2), "slots");
    const nested = () =>
      slots.runExclusive(async () => {
        await settle();
        await slots.runExclusive(() => {});
      });
    request("/1", nested);
    request("/2", nested);
    await settle();
    await settle();
    expect(file()).toMatchObject({ deadlocks: [{ depth: 1 }] });
  });

  it("keeps what the library does: values, weights, errors, timeouts, cancellation, releases", async () => {
    const { sop, window } = service();
    const slots = track(sop, new Semaphore(3), "slots");
    const [value, release] = await slots.acquire(2);
    expect([value, slots.getValue()]).toEqual([3, 1]);
    release();
    release();
    expect(slots.getValue()).toBe(3);
    await expect(slots.runExclusive(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await slots.runExclusive((left) => left)).toBe(3);
    slots.setValue(1);
    await slots.acquire();
    const waiting = slots.acquire();
    slots.cancel();
    await expect(waiting).rejects.toThrow("canceled");
    expect(window().locks).toMatchObject([{ max: 1, waiters: [], holders: [{}] }]);
    slots.release();
    expect(window().locks).toEqual([]);
    const limited = track(sop, withTimeout(new Mutex(), 5), "limited");
    await limited.acquire();
    await expect(limited.acquire()).rejects.toThrow("timeout");
    expect(window().locks).toMatchObject([{ name: "limited", kind: "mutex", waiters: [], holders: [{}] }]);
    limited.release();
    await limited.waitForUnlock();
    expect(window().locks).toEqual([]);
  });

  it("knows contexts of jobs, which are no requests", async () => {
    const { sop, file } = service();
    const [a, b] = [track(sop, new Mutex(), "a"), track(sop, new Mutex(), "b")];
    const both = async (first: Mutex, second: Mutex) => {
      await first.acquire();
      await settle();
      await second.acquire();
    };
    asContext(sop, () => both(a, b));
    asContext(sop, () => both(b, a));
    await settle();
    await settle();
    expect(file()).toMatchObject({ deadlocks: [{ depth: 2 }] });
  });

  it("tells two requests to which their caller gave one id apart", async () => {
    const { sop, request, file } = service();
    const lock = track(sop, new Mutex(), "lock");
    request("/1", () => lock.runExclusive(never), "same");
    request("/2", () => lock.runExclusive(never), "same");
    await settle();
    expect(file()).toMatchObject({ deadlocks: [], locks: [{ waiters: [{ owner: "same~2" }] }] });
  });

  it("names requests that wait for nothing that is tracked", async () => {
    const { sop, request, file } = service();
    request("/held", () => track(sop, new Mutex(), "lock").runExclusive(never), "r-1");
    request("/unknown", never, "r-2");
    await expect
      .poll(() => file()?.["waitingForNothingKnown"], { timeout: 5_000 })
      .toContainEqual(expect.objectContaining({ requestId: "r-2", route: "/unknown" }));
  });
});

describe("what is tracked", () => {
  it("is forgotten with the lock, whoever held it", async () => {
    setFlagsFromString("--expose-gc");
    const gc: () => void = runInNewContext("gc");
    const { sop, window } = service();
    await track(sop, new Mutex(), "lost").acquire();
    expect(window().locks).toHaveLength(1);
    const left = () => {
      gc();
      return window().locks;
    };
    await expect.poll(left, { timeout: 10_000 }).toEqual([]);
  });

  it("is bounded: ten thousand are known one by one, and all are counted", async () => {
    const { sop, window } = service();
    const lock = track(sop, new Mutex(), "lock");
    await lock.acquire();
    for (let i = 0; i < 12_000; i++) void lock.acquire().catch(() => {});
    expect(waitingOf(sop).locks).toBe(12_000);
    expect(window().locks?.[0]?.waiters).toHaveLength(100);
    lock.cancel();
    await settle();
    expect(waitingOf(sop).locks).toBe(0);
  });

  it("stays under its first name", () => {
    const { sop } = service();
    const lock = new Mutex();
    expect(track(sop, track(sop, lock, "first"), "second")).toBe(lock);
  });

  it("has to be known: the error says what can be tracked", () => {
    const { sop } = service();
    expect(() => track(sop, { lock() {} }, "x")).toThrow(OptionError);
    expect(() => track(sop, { lock() {} }, "")).toThrow(/^name: .*; thing: got an object with lock, expected one of: /);
    expect(() => track(sop, new Map(), "x")).toThrow(/a Map.*async-mutex.*generic-pool.*acquire, release/);
  });
});

describe("pools", () => {
  it("of generic-pool: all who hold wait for one more, which is a deadlock through the pool", async () => {
    const { sop, request, window, file } = service();
    const pool = track(
      sop,
      createPool({ create: async () => ({}), destroy: async () => {} }, { max: 2 }),
      "connections",
    );
    const nested = () =>
      pool.use(async () => {
        await settle();
        await pool.use(async () => 1);
      });
    request("/1", nested, "r-1");
    request("/2", nested, "r-2");
    await settle();
    await settle();
    expect(window().pools).toMatchObject([
      { name: "connections", kind: "generic-pool", used: 2, max: 2, waiting: 2, holders: [{}, {}], waiters: [{}, {}] },
    ]);
    const owners = (list: readonly { owner: string }[] | undefined) => list?.map(({ owner }) => owner).sort();
    const [found] = window().pools ?? [];
    expect(owners(found?.holders)).toEqual(["r-1", "r-2"]);
    expect(owners(found?.waiters)).toEqual(["r-1", "r-2"]);
    expect(file()).toMatchObject({ deadlocks: [{ depth: 1, cycle: [{ waitsFor: "connections" }] }] });
    expect(waitingOf(sop)).toEqual({ locks: undefined, pools: 2 });
  });

  it("of generic-pool: a pool that is full and drains is none", async () => {
    const { sop, request, window, file } = service();
    const pool = track(sop, createPool({ create: async () => ({}), destroy: async () => {} }, { max: 2 }), "p");
    const work = Array.from({ length: 20 }, (_, i) => request(`/${i}`, () => pool.use(() => settle())));
    await settle();
    expect(file()).toMatchObject({ deadlocks: [] });
    const item = await pool.acquire();
    await pool.destroy(item);
    await Promise.all(work);
    expect(window().pools).toMatchObject([{ used: 0, waiting: 0, holders: [], waiters: [] }]);
  });

  it("of anything that has acquire and release", async () => {
    const { sop, request, window } = service();
    const free = [{ n: 1 }];
    const queue: ((item: { n: number }) => void)[] = [];
    const pool = {
      max: 1,
      acquire: () => {
        const item = free.pop();
        return item ? Promise.resolve(item) : new Promise<{ n: number }>((resolve) => queue.push(resolve));
      },
      release(item: { n: number }) {
        const next = queue.shift();
        if (next) next(item);
        else free.push(item);
      },
    };
    track(sop, pool, "own");
    const item = await request("/1", () => pool.acquire(), "r-1");
    const second = request("/2", () => pool.acquire(), "r-2");
    expect(window().pools).toMatchObject([
      { kind: "generic", used: 1, max: 1, waiting: 1, holders: [{ owner: "r-1" }], waiters: [{ owner: "r-2" }] },
    ]);
    pool.release(item);
    expect((await second).n).toBe(1);
    expect(window().pools).toMatchObject([{ used: 1, waiting: 0, holders: [{ owner: "r-2" }] }]);
  });
});
