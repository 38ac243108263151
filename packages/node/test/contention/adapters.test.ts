import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import AsyncLock from "async-lock";
import pLimit from "p-limit";
import { Pool as Tarn } from "tarn";
import * as undici8 from "undici";
import * as undici6 from "undici6";
import * as undici7 from "undici7";
import { describe, expect, it, onTestFinished } from "vitest";
import { track } from "../../src/contention.ts";
import { service, settle } from "./support.ts";

const never = (): Promise<never> => new Promise(() => {});

describe("p-limit", () => {
  it("is tracked by what stands for it: tasks that hold, and calls that wait", async () => {
    const { sop, request, window } = service();
    const original = pLimit(1);
    const limit = track(sop, original, "limit");
    expect(limit).not.toBe(original);
    expect(track(sop, original, "again")).toBe(limit);
    request("/1", () => limit(never), "r-1");
    const second = request("/2", () => limit((a: number, b: number) => a + b, 1, 2), "r-2");
    await settle();
    expect(window().locks).toMatchObject([
      { kind: "semaphore", max: 1, holders: [{ requestId: "r-1" }], waiters: [{ requestId: "r-2" }] },
    ]);
    expect([limit.activeCount, limit.pendingCount, limit.concurrency]).toEqual([1, 1, 1]);
    limit.concurrency = 2;
    expect(await second).toBe(3);
    await expect(limit(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await settle();
    expect(window().locks).toMatchObject([{ max: 2, holders: [{}], waiters: [] }]);
    limit(never);
    limit(never);
    await settle();
    limit.clearQueue();
    expect(window().locks?.[0]?.waiters).toEqual([]);
  });

  it("many tasks of one request are no deadlock; tasks that wait for tasks of the same limit are one", async () => {
    const { sop, request, file } = service();
    const limit = track(sop, pLimit(2), "limit");
    const all = request("/many", () => Promise.all([1, 2, 3, 4, 5, 6].map((n) => limit(() => settle().then(() => n)))));
    await settle();
    expect(file()).toMatchObject({ deadlocks: [] });
    expect(await all).toEqual([1, 2, 3, 4, 5, 6]);
    const nested = () => limit(async () => settle().then(() => limit(async () => 1)));
    request("/nested", () => Promise.all([nested(), nested()]));
    await settle();
    await settle();
    expect(file()).toMatchObject({ deadlocks: [{ depth: 1, cycle: [{ route: "/nested", waitsFor: "limit" }] }] });
  });
});

describe("async-lock", () => {
  it("has a lock for each key, with promises, with callbacks, and for several keys at once", async () => {
    const { sop, request, window, file } = service();
    const lock = track(sop, new AsyncLock(), "orders");
    const both = (first: string, second: string) => () =>
      lock.acquire(first, async () => {
        await settle();
        await lock.acquire(second, async () => {});
      });
    request("/ab", both("a", "b"));
    request("/ba", both("b", "a"));
    await settle();
    await settle();
    expect(window().locks?.map(({ name }) => name)).toEqual(["orders a", "orders b"]);
    expect(file()).toMatchObject({ deadlocks: [{ depth: 2 }] });
    expect(await lock.acquire(["c", "d"], async () => 7)).toBe(7);
    const result = await new Promise((resolve) => {
      lock.acquire(
        "e",
        (done) => setTimeout(() => done(undefined, 8), 1),
        (_error, value) => resolve(value),
      );
    });
    expect(result).toBe(8);
    expect(window().locks).toHaveLength(2);
  });
});

describe("tarn", () => {
  it("tells who has an item, who waits, and whose wait ended without one", async () => {
    const { sop, request, window } = service();
    const pool = track(
      sop,
      new Tarn({ create: async () => ({}), destroy: () => {}, min: 0, max: 1, acquireTimeoutMillis: 30 }),
      "tarn",
    );
    onTestFinished(async () => void (await pool.destroy()));
    const item = await request("/1", () => pool.acquire().promise, "r-1");
    const second = request("/2", () => pool.acquire().promise, "r-2");
    expect(window().pools).toMatchObject([
      { kind: "tarn", used: 1, max: 1, waiting: 1, holders: [{ owner: "r-1" }], waiters: [{ owner: "r-2" }] },
    ]);
    await expect(second).rejects.toThrow("timed out");
    await settle();
    expect(window().pools).toMatchObject([{ waiting: 0, waiters: [] }]);
    pool.release(item);
    expect(window().pools).toMatchObject([{ used: 0, holders: [] }]);
  });
});

describe.each([
  ["undici 6", undici6],
  ["undici 7", undici7 as unknown as typeof undici6],
  ["undici 8", undici8 as unknown as typeof undici6],
])("%s", (_name, { Agent, Pool, request: call }) => {
  async function upstream() {
    const server = createServer((_request, response) => response.end("x".repeat(300_000))).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it("tells who has the connections of an agent, by a body that nobody reads, and who waits for one", async () => {
    const { sop, request, window } = service();
    const url = await upstream();
    const dispatcher = track(sop, new Agent({ connections: 2 }), "stock");
    onTestFinished(() => void dispatcher.destroy());
    const answers = [
      await request("/unread", () => call(url, { dispatcher }), "r-1"),
      await request("/unread", () => call(url, { dispatcher }), "r-2"),
    ];
    const third = request("/next", () => call(url, { dispatcher }), "r-3");
    await settle();
    expect(window().pools).toMatchObject([
      {
        name: `stock ${url}`,
        kind: "undici",
        used: 2,
        max: 2,
        waiting: 1,
        holders: [{ owner: "r-1" }, { owner: "r-2" }],
        waiters: [{ owner: "r-3" }],
      },
    ]);
    for (const { body } of answers) await body.dump({ limit: 1e6 });
    await (await third).body.dump({ limit: 1e6 });
    await expect.poll(() => window().pools).toMatchObject([{ used: 0, waiting: 0, max: undefined }]);
  });

  it("tells of a pool; and that a call failed ends its wait", async () => {
    const { sop, request, window } = service();
    const pool = track(sop, new Pool("http://127.0.0.1:1", { connections: 1 }), "gone");
    onTestFinished(() => void pool.destroy());
    await expect(request("/gone", () => pool.request({ path: "/", method: "GET" }))).rejects.toThrow();
    await expect.poll(() => window().pools).toMatchObject([{ used: 0, waiting: 0 }]);
    expect(() => pool.dispatch({ path: 7 as never, method: "GET" }, {} as never)).toThrow();
    expect(window().pools).toMatchObject([{ used: 0, waiting: 0 }]);
  });
});
