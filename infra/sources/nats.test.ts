import { describe, expect, it, onTestFinished } from "vitest";
import { follow } from "../../packages/node/test/sources/follow.ts";
import { type NatsStore, openNatsStore } from "../../packages/node/test/sources/nats-store.ts";
import { sourceSuite } from "../../packages/node/test/sources/source-suite.ts";
import { missing } from "../services/missing.ts";

const skip = missing("nats-server");
sourceSuite("NATS", openNatsStore, {
  skip,
  lacks: { "S-10": "a bucket has no transactions over several keys; each put is a state of its own" },
});

describe.skipIf(skip)("NATS", () => {
  const opened = async (): Promise<NatsStore> => {
    const store = await openNatsStore();
    onTestFinished(() => store.close());
    return store;
  };

  it("whose bucket is empty has no flags, and then those that come", async () => {
    const store = await opened();
    const following = follow(store.source({ cache: false }));
    expect(await following.until(() => true)).toMatchObject({ state: "READY", snapshot: { flags: {} } });
    await store.set({ a: 1 });
    await following.flags({ a: 1 });
  });

  it("never mixes two changes of what is one flag", async () => {
    const store = await opened();
    const following = follow(store.source({ cache: false }));
    for (let i = 1; i <= 50; i++) await store.set({ pair: { left: i, right: i } });
    await following.flags({ pair: { left: 50, right: 50 } });
    for (const { snapshot } of following.seen) {
      const { left, right } = Object(snapshot?.flags["pair"]) as { left?: number; right?: number };
      expect(left).toBe(right);
    }
  });

  it("whose bucket is made anew is watched anew", async () => {
    const store = await opened();
    await store.set({ a: 1, b: 1 });
    const following = follow(store.source({ cache: false }));
    await following.flags({ a: 1, b: 1 });
    await store.using((kv) => kv.destroy());
    await store.set({ a: 2 });
    expect((await following.flags({ a: 2 })).snapshot?.flags).toEqual({ a: 2 });
  });

  it("without the bucket is ERROR with the reason", async () => {
    const store = await opened();
    await store.using((kv) => kv.destroy());
    const update = await follow(store.source({ cache: false })).until(() => true);
    expect(update).toMatchObject({ state: "ERROR", problem: expect.stringMatching(/stream not found/) });
  });
});
