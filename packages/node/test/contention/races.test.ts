import { randomUUID } from "node:crypto";
import fs, { existsSync, promises, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { OptionError } from "@sop/core";
import session from "express-session";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { ledgerOf } from "../../src/contention/ledger.ts";
import { lostPath } from "../../src/contention/races/lost.ts";
import { watchPorts } from "../../src/contention/races/ports.ts";
import { asContext, trackFiles, trackStore, waitingOf } from "../../src/contention.ts";
import { temporaryDirectory } from "../support/files.ts";
import { service, settle } from "./support.ts";

/** A store of sessions, as express-session has it, with promises for tests. */
function sessions() {
  const all = service();
  const store = trackStore(all.sop, new session.MemoryStore(), "session", { secretKeys: true });
  const get = promisify(store.get.bind(store)) as unknown as (id: string) => Promise<Record<string, unknown>>;
  const set = promisify(store.set.bind(store)) as (id: string, data: unknown) => Promise<void>;
  const id = randomUUID();
  /** A request that reads the session, takes its time, and saves what it made of it. */
  const change = (route: string, ms: number, by: (data: Record<string, unknown>) => void) =>
    all.request(route, async () => {
      const data = await get(id);
      by(data);
      await wait(ms);
      await set(id, data);
    });
  return { ...all, id, set, change };
}

describe("a store", () => {
  it("tells an update that is lost: which requests, what each did, and how often; the id of the session is a digest", async () => {
    const { id, set, change, window, sop } = sessions();
    for (let i = 0; i < 3; i++) {
      await set(id, { cookie: {} });
      const slow = change("/a", 20, (data) => {
        data["a"] = 1;
      });
      await change("/b", 0, (data) => {
        data["b"] = 1;
      });
      await slow;
    }
    const [race, ...others] = window().races ?? [];
    expect(others).toEqual([]);
    expect(race).toMatchObject({ kind: "lost_update", store: "session", count: 3 });
    expect(race?.key).toMatch(/^sha256:[\da-f]{16}$/);
    expect(JSON.stringify(race)).not.toContain(id);
    expect(race?.steps.map(({ route, action }) => `${route} ${action}`)).toEqual([
      "/a read",
      "/b read",
      "/b write",
      "/a write",
    ]);
    expect(waitingOf(sop).races).toBe(3);
  });

  it("tells none where nothing was lost: one after the other, or the same value, or times, or texts that each sets", async () => {
    const { id, set, change, window } = sessions();
    await set(id, { cookie: { path: "/" }, count: 1, seenAt: Date.now() });
    await change("/1", 0, (data) => {
      data["count"] = 2;
    });
    await change("/2", 0, (data) => {
      data["more"] = true;
    });
    const both = (by: (data: Record<string, unknown>, nth: number) => void) =>
      Promise.all([change("/3", 20, (data) => by(data, 1)), change("/4", 5, (data) => by(data, 2))]);
    await both((data) => {
      data["flag"] = true;
    });
    await both((data, nth) => {
      data["seenAt"] = Date.now() + nth;
      data["lastPath"] = `/${nth}`;
      data["cookie"] = { path: `/${nth}` };
    });
    expect(window().races).toEqual([]);
  });

  it("tells a sum, and a list, that two computed from the same value", async () => {
    const { id, set, change, window } = sessions();
    await set(id, { balance: 100, items: [{ id: 1 }] });
    const slow = change("/debit", 20, (data) => {
      data["balance"] = 100 - 30;
    });
    await change("/debit", 0, (data) => {
      data["balance"] = 100 - 50;
    });
    await slow;
    expect(window().races).toMatchObject([{ count: 1 }]);
    const slower = change("/item", 20, (data) => (data["items"] as unknown[]).push({ id: 2 }));
    await change("/item", 0, (data) => (data["items"] as unknown[]).push({ id: 3 }));
    await slower;
    expect(window().races?.map(({ count }) => count)).toEqual([1, 1]);
  });

  it("tells a counter that two counted up at once, once it is known to be one", async () => {
    const { id, set, change, window } = sessions();
    const count = (ms: number) =>
      change("/view", ms, (data) => {
        data["views"] = (data["views"] as number) + 1;
      });
    await set(id, { views: 1 });
    await count(0);
    await count(0);
    expect(window().races).toEqual([]);
    await Promise.all([count(20), count(5)]);
    expect(window().races).toMatchObject([{ kind: "lost_update", count: 1 }]);
  });

  it("of promises, and a Map, and what is written without having been read", async () => {
    const { sop, request, window } = service();
    const cache = trackStore(sop, new Map<string, unknown>(), "cache");
    const change = (route: string, ms: number, key: string) =>
      request(route, async () => {
        const data = { ...(cache.get("cart:7") as object) };
        await wait(ms);
        cache.set("cart:7", { ...data, [key]: 1 });
      });
    cache.set("cart:7", { first: 1 });
    await Promise.all([change("/a", 20, "a"), change("/b", 5, "b")]);
    expect(window().races).toMatchObject([{ store: "cache", key: "cart:7", count: 1 }]);
    await Promise.all([
      request("/fill", async () => cache.set("page", { html: 1 })),
      request("/fill", async () => cache.set("page", { html: 2 })),
    ]);
    const filled = (nth: number) =>
      request("/miss", async () => {
        if (cache.get("miss")) return;
        await wait(nth);
        cache.set("miss", { [`at${nth}`]: nth });
      });
    await Promise.all([filled(5), filled(10)]);
    expect(window().races).toHaveLength(1);
  });

  it("hides keys that look like tokens, and knows contexts that are no requests", async () => {
    const { sop, window } = service();
    const store = trackStore(sop, new Map<string, unknown>(), "tokens");
    const key = `user:${randomUUID().replaceAll("-", "")}`;
    const change = (ms: number, field: string) =>
      asContext(sop, async () => {
        const data = { ...(store.get(key) as object) };
        await wait(ms);
        store.set(key, { ...data, [field]: 1 });
      });
    store.set(key, {});
    await Promise.all([change(20, "a"), change(5, "b")]);
    const [race] = window().races ?? [];
    expect(race?.key).toMatch(/^sha256:/);
    expect(new Set(race?.steps.map(({ owner }) => owner)).size).toBe(2);
  });

  it("has to have get and set", () => {
    expect(() => trackStore(service().sop, {}, "x")).toThrow(OptionError);
  });
});

describe("what was lost between two changes", () => {
  const flat = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.integer({ min: 0, max: 3 }));

  it("is nothing where the second one has all that the first one changed, and is told where it took it back", () => {
    fc.assert(
      fc.property(flat, flat, (base, change) => {
        const theirs = { ...base, ...change };
        expect(lostPath({ base, theirs, mine: { ...theirs, mine: 1 } })).toBeUndefined();
        const isChange = Object.entries(change).some(([key, value]) => base[key] !== value);
        expect(lostPath({ base, theirs, mine: { ...base, mine: 1 } }) !== undefined).toBe(isChange);
      }),
    );
  });

  it("never fails, whatever the values are", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (base, theirs, mine) => {
        lostPath({ base, theirs, mine });
      }),
    );
  });
});

describe("ports", () => {
  it("tells one that a request found free and could not have any more", async () => {
    const { sop, request, window } = service();
    onTestFinished(watchPorts(sop, ledgerOf(sop).races));
    const listening = (port: number) =>
      new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
        const server = createServer().once("error", reject);
        server.listen(port, "127.0.0.1", () => resolve(server));
      });
    const closed = (server: ReturnType<typeof createServer>) => new Promise((resolve) => server.close(resolve));
    const probe = await listening(0);
    const { port } = probe.address() as { port: number };
    await closed(probe);
    let found = (): void => {};
    const isFound = new Promise<void>((resolve) => {
      found = resolve;
    });
    const first = request(
      "/first",
      async () => {
        await closed(await listening(port));
        await isFound;
        return listening(port);
      },
      "r-1",
      500,
    );
    const second = request("/second", async () => {
      await closed(await listening(port).catch(() => listening(port)));
      const server = await listening(port);
      found();
      return server;
    });
    await expect(first).rejects.toThrow("EADDRINUSE");
    await closed(await second);
    await settle();
    expect(window().races).toMatchObject([
      {
        kind: "time_of_check_to_time_of_use",
        store: "port",
        key: String(port),
        count: 1,
        steps: [
          { route: "/first", action: "check" },
          { route: "/second", action: "use" },
          { route: "/first", action: "use_failed" },
        ],
      },
    ]);
    // One that is simply taken was never found free.
    const holder = await listening(port);
    await expect(request("/third", () => listening(port))).rejects.toThrow("EADDRINUSE");
    await closed(holder);
    expect(window().races).toHaveLength(1);
  });
});

describe("files", () => {
  function files() {
    const all = service();
    onTestFinished(trackFiles(all.sop));
    const dir = temporaryDirectory();
    return { ...all, file: (name: string) => join(dir, name) };
  }

  it("tells one that was there when it was asked for, and was taken away by another request before it was used", async () => {
    const { request, window, file } = files();
    const path = file("job.json");
    await promises.writeFile(path, "{}");
    const slow = request(
      "/slow",
      async () => {
        if (!existsSync(path)) return undefined;
        await wait(20);
        return promises.readFile(path, "utf8");
      },
      "r-1",
      500,
    );
    await request("/fast", () => promises.unlink(path));
    await expect(slow).rejects.toThrow("ENOENT");
    await settle();
    expect(window().races).toMatchObject([
      {
        kind: "time_of_check_to_time_of_use",
        store: "file",
        steps: [
          { route: "/slow", action: "check" },
          { route: "/fast", action: "use" },
          { route: "/slow", action: "use_failed" },
        ],
      },
    ]);
  });

  it("tells a directory that was not there, and that another request made", async () => {
    const { request, window, file } = files();
    const path = file("upload");
    const make = (status: number) =>
      request(
        "/upload",
        async () => {
          const isThere = await promises.stat(path).then(
            () => true,
            () => false,
          );
          if (!isThere) await promises.mkdir(path);
        },
        undefined,
        status,
      );
    const results = await Promise.allSettled([make(500), make(500)]);
    await settle();
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(window().races).toMatchObject([
      { steps: [{ action: "check" }, { action: "use" }, { action: "use_failed" }] },
    ]);
  });

  it("tells none where the request knows how to go on without it", async () => {
    const { request, window, file } = files();
    const path = file("gone");
    await promises.writeFile(path, "");
    const slow = request(
      "/slow",
      async () => {
        await promises.stat(path);
        await wait(20);
        return promises.readFile(path).catch(() => "none");
      },
      "r-1",
      200,
    );
    await request("/fast", () => promises.unlink(path));
    expect(await slow).toBe("none");
    await settle();
    expect(window().races).toEqual([]);
  });

  it("tells none where a request takes its own file away, or asks for one that never was there", async () => {
    const { request, window, file } = files();
    await request("/own", async () => {
      writeFileSync(file("a"), "1");
      fs.statSync(file("a"));
      fs.unlinkSync(file("a"));
      expect(() => readFileSync(file("a"))).toThrow("ENOENT");
      await expect(promises.readFile(file("never"))).rejects.toThrow("ENOENT");
    });
    expect(window().races).toEqual([]);
  });

  it("tells an update of a JSON file that is lost, written at once or by way of another file", async () => {
    const { request, window, file } = files();
    const path = file("db.json");
    writeFileSync(path, JSON.stringify({ orders: [1] }));
    const add = (ms: number, order: number, isSafe: boolean) =>
      request("/order", async () => {
        const data = JSON.parse(await promises.readFile(path, "utf8"));
        data.orders.push(order);
        await wait(ms);
        const text = JSON.stringify(data);
        if (!isSafe) return promises.writeFile(path, text);
        await promises.writeFile(`${path}.${order}`, text);
        await promises.rename(`${path}.${order}`, path);
      });
    await Promise.all([add(20, 2, false), add(5, 3, false)]);
    expect(window().races).toMatchObject([{ kind: "lost_update", store: "file", count: 1 }]);
    await Promise.all([add(20, 4, true), add(5, 5, true)]);
    expect(window().races).toMatchObject([{ kind: "lost_update", store: "file", count: 2 }]);
    await add(0, 6, true);
    await add(0, 7, false);
    expect(window().races).toMatchObject([{ count: 2 }]);
  });

  it("leaves what the functions do as it was, and puts the functions back", async () => {
    const original = fs.readFile;
    const { sop } = service();
    const stop = trackFiles(sop);
    expect(fs.readFile).not.toBe(original);
    trackFiles(sop);
    const { request, file } = files();
    await request("/x", async () => {
      await promisify(fs.writeFile)(file("x"), "text");
      expect(await promisify(fs.readFile)(file("x"), "utf8")).toBe("text");
      expect(await promisify(fs.exists)(file("x"))).toBe(true);
      expect(existsSync(file("y"))).toBe(false);
      expect(fs.statSync(file("y"), { throwIfNoEntry: false })).toBeUndefined();
      const handle = await promises.open(file("x"));
      expect(await handle.readFile("utf8")).toBe("text");
      expect(await promises.readFile(handle, "utf8")).toBe("");
      await handle.close();
      expect(() => fs.readFile(file("x"), undefined as never)).toThrow("cb");
      await expect(promises.readFile(7.5 as never)).rejects.toThrow("path");
    });
    stop();
    expect(fs.readFile).not.toBe(original);
  });

  it("are no longer followed when nobody wants it any more", () => {
    const original = fs.readFile;
    const [first, second] = [trackFiles(service().sop), trackFiles(service().sop)];
    first();
    expect(fs.readFile).not.toBe(original);
    second();
    second();
    expect(fs.readFile).toBe(original);
  });
});
