import { describe, expect, it, onTestFinished } from "vitest";
import { etcdSource } from "../../packages/node/src/sources/etcd.ts";
import {
  base64,
  type EtcdStore,
  logIn,
  openEtcdStore,
  requireLogin,
} from "../../packages/node/test/sources/etcd-store.ts";
import { follow } from "../../packages/node/test/sources/follow.ts";
import { sourceSuite } from "../../packages/node/test/sources/source-suite.ts";
import { missing } from "../services/missing.ts";

const skip = missing("etcd");
sourceSuite("etcd", openEtcdStore, { skip });

describe.skipIf(skip)("etcd", () => {
  const opened = async (): Promise<EtcdStore> => {
    const store = await openEtcdStore();
    onTestFinished(() => store.close());
    return store;
  };

  it("that was compacted while the source was away is listed anew: what was deleted meanwhile is gone", async () => {
    const store = await opened();
    await store.set({ a: 1, b: 1 });
    const following = follow(store.source({ cache: false }));
    await following.flags({ a: 1, b: 1 });
    await store.server.kill();
    await following.until(({ state }) => state === "STALE");
    await store.server.start();
    await store.remove("b");
    await store.set({ a: 2 });
    const { header } = (await store.ask("/v3/kv/range", { key: base64("x") })) as { header: { revision: string } };
    await store.ask("/v3/kv/compaction", { revision: header.revision, physical: true });
    const update = await following.flags({ a: 2 });
    expect(update.snapshot?.flags).toEqual({ a: 2 });
  });

  it("whose users must log in: again after a restart, and STALE with the reason while the password is revoked", async () => {
    const store = await opened();
    await store.set({ a: 1 });
    await requireLogin(store, "hunter2");
    const { endpoint: endpoints } = store;
    const options = { endpoints, prefix: "/sop/shop/", user: "shop", password: "hunter2", cache: false } as const;
    const following = follow(etcdSource(options));
    await following.flags({ a: 1 });

    await store.server.kill();
    await following.until(({ state }) => state === "STALE");
    await store.server.start();
    await logIn(store);
    await store.set({ a: 2 });
    await following.flags({ a: 2 });

    await store.ask("/v3/auth/user/changepw", { name: "shop", password: "another" });
    await following.until(({ state }) => state === "STALE");
    const reason = (update: { state: string }): boolean => /authentication failed/.test(JSON.stringify(update));
    expect(reason(following.seen.at(-1) ?? { state: "" }) || reason(await following.until(reason))).toBe(true);
    expect(JSON.stringify(following.seen)).not.toContain("hunter2");

    await store.ask("/v3/auth/user/changepw", { name: "shop", password: "hunter2" });
    await store.set({ a: 3 });
    await following.flags({ a: 3 });
  });

  it("has many flags, and a change of several of them is one revision", async () => {
    const store = await opened();
    for (let i = 0; i < 20; i++) {
      await store.set(Object.fromEntries(Array.from({ length: 100 }, (_, j) => [`flag-${i}-${j}`, "x".repeat(500)])));
    }
    const following = follow(store.source({ cache: false }));
    const { snapshot } = await following.flags({ "flag-19-99": "x".repeat(500) });
    expect(Object.keys(snapshot?.flags ?? {})).toHaveLength(2_000);
    await store.set({ "flag-0-0": "y", "flag-19-99": "y" });
    await following.flags({ "flag-0-0": "y", "flag-19-99": "y" });
  });
});
