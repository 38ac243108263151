import { describe, expect, it, onTestFinished } from "vitest";
import { openApolloStore } from "./apollo-store.ts";
import { follow } from "./follow.ts";
import { sourceSuite } from "./source-suite.ts";

sourceSuite("a config service of Apollo", openApolloStore);

async function opened(...args: Parameters<typeof openApolloStore>) {
  const store = await openApolloStore(...args);
  onTestFinished(() => store.close());
  return store;
}

describe("Apollo", () => {
  it("has items that are texts: what is no JSON is a text", async () => {
    const store = await opened();
    await store.publish("application", { on: "true", limit: "5", name: "red shoes", list: "[1]" });
    await follow(store.source({ cache: false })).flags({ on: true, limit: 5, name: "red shoes", list: [1] });
  });

  it("has several namespaces, of which a later one wins", async () => {
    const store = await opened();
    await store.publish("application", { a: "1", b: "1" });
    await store.publish("shop.flags", { b: "2" });
    const following = follow(store.source({ cache: false, namespaces: ["application", "shop.flags"] }));
    await following.flags({ a: 1, b: 2 });
    await store.publish("shop.flags", { b: "3" });
    await following.flags({ a: 1, b: 3 });
  });

  it("ends its long poll with 304 where nothing changes, and is asked again", async () => {
    const store = await opened({ held: 50 });
    await store.publish("application", { a: "1" });
    const following = follow(store.source({ cache: false }));
    await following.flags({ a: 1 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await store.publish("application", { a: "2" });
    await following.flags({ a: 2 });
    expect(following.seen.map(({ state }) => state)).toEqual(["READY", "READY"]);
  });

  it("is asked for everything from time to time, though it tells of nothing", async () => {
    const store = await opened({ isSilent: true });
    await store.publish("application", { a: "1" });
    const following = follow(store.source({ cache: false, resync: "100ms" }));
    await following.flags({ a: 1 });
    await store.publish("application", { a: "2" });
    await following.flags({ a: 2 });
  });

  it("takes signed requests, and refuses others without telling the key", async () => {
    const store = await opened({ secret: "s3cret-key" });
    await store.publish("application", { a: "1" });
    await follow(store.source({ cache: false, secret: "s3cret-key" })).flags({ a: 1 });
    const refused = await follow(store.source({ cache: false, secret: "wr0ng-key" })).until(() => true);
    expect(refused).toEqual({
      state: "ERROR",
      problem: "the config service answered /configs/shop/default/application with status 401",
    });
  });

  it("names a namespace that was never released", async () => {
    const store = await opened();
    const update = await follow(store.source({ cache: false, namespaces: ["nowhere"] })).until(() => true);
    expect(update).toMatchObject({ state: "ERROR", problem: expect.stringContaining("/nowhere with status 404") });
  });
});
