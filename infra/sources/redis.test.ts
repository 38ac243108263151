import { describe, expect, it, onTestFinished } from "vitest";
import { follow } from "../../packages/node/test/sources/follow.ts";
import { openRedisStore, type RedisStore } from "../../packages/node/test/sources/redis-store.ts";
import { sourceSuite } from "../../packages/node/test/sources/source-suite.ts";
import { missing } from "../services/missing.ts";

const skip = missing("redis-server");
sourceSuite("Redis", openRedisStore, { skip });

describe.skipIf(skip)("Redis", () => {
  const opened = async (): Promise<RedisStore> => {
    const store = await openRedisStore();
    onTestFinished(() => store.close());
    await store.set({ a: 1 });
    return store;
  };
  const key = "sop:shop:flags";

  it("whose message is lost is noticed by the revision", async () => {
    const store = await opened();
    const following = follow(store.source({ cache: false, channel: "nobody-publishes-here" }));
    await following.flags({ a: 1 });
    await store.command(
      "EVAL",
      "redis.call('HSET', KEYS[1], 'a', '2') redis.call('HINCRBY', KEYS[1], '$revision', 1)",
      "1",
      key,
    );
    await following.flags({ a: 2 });
  });

  it("that tells of its key space needs no message, and no revision", async () => {
    const store = await opened();
    await store.command("CONFIG", "SET", "notify-keyspace-events", "Kgh");
    const following = follow(store.source({ cache: false, channel: "nobody-publishes-here" }));
    await following.flags({ a: 1 });
    await store.command("HSET", key, "a", "2");
    await following.flags({ a: 2 });
    await store.command("DEL", key);
    expect(await following.until(({ snapshot }) => snapshot !== undefined)).toMatchObject({ snapshot: { flags: {} } });
  });

  it("that tells nothing at all is read from time to time", async () => {
    const store = await opened();
    const following = follow(store.source({ cache: false, resync: "100ms", channel: "nobody-publishes-here" }));
    await following.flags({ a: 1 });
    await store.command("HSET", key, "a", "2");
    await following.flags({ a: 2 });
  });

  it("that wants a password is ERROR without it, and the password is never told", async () => {
    const store = await opened();
    await store.command("ACL", "SETUSER", "shop", "on", ">hunter2", "~*", "&*", "+@all");
    await follow(store.source({ cache: false, user: "shop", password: "hunter2" })).flags({ a: 1 });
    const wrong = await follow(store.source({ cache: false, user: "shop", password: "hunter3" })).until(() => true);
    expect(wrong).toMatchObject({ state: "ERROR", problem: expect.stringContaining("WRONGPASS") });
    expect(JSON.stringify(wrong)).not.toContain("hunter3");
  });

  it("whose key holds something else is ERROR with the reason", async () => {
    const store = await opened();
    await store.command("SET", "text", "1");
    const wrong = await follow(store.source({ cache: false, key: "text" })).until(() => true);
    expect(wrong).toMatchObject({ state: "ERROR", problem: expect.stringContaining("WRONGTYPE") });
  });
});
