import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApolloStore, openApolloStore } from "./apollo-store.ts";

let store: ApolloStore;
beforeAll(async () => {
  store = await openApolloStore({ held: 100 });
  await store.publish("application", { "portal.elastic.document.type": "biz" });
});
afterAll(() => store.close());

const get = (path: string, init: RequestInit = {}) => fetch(store.url + path, init);
const poll = (notifications: string) =>
  get(`/notifications/v2?appId=shop&cluster=default&notifications=${encodeURIComponent(notifications)}`);

// Section numbers of "Client Access Guide for Other Languages", docs/en/client/other-language-client-user-guide.md of apolloconfig/apollo.
describe("the double of Apollo's config service answers as its documentation says", () => {
  it("1.3.2: a release has the sample's members", async () => {
    const response = await get("/configs/shop/default/application");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      appId: "shop",
      cluster: "default",
      namespaceName: "application",
      configurations: { "portal.elastic.document.type": "biz" },
      releaseKey: expect.stringMatching(/^\d{14}-[\da-f]{16}$/),
    });
  });

  it("1.3.2: 304 without a body where the release key is the present one", async () => {
    const { releaseKey } = (await (await get("/configs/shop/default/application")).json()) as { releaseKey: string };
    const response = await get(`/configs/shop/default/application?releaseKey=${releaseKey}`);
    expect([response.status, await response.text()]).toEqual([304, ""]);
  });

  it("1.4.1: a notification id that is older is answered at once, the latest is held and then 304", async () => {
    const news = await poll('[{"namespaceName":"application","notificationId":-1}]');
    const [first] = (await news.json()) as { namespaceName: string; notificationId: number }[];
    expect(first).toMatchObject({ namespaceName: "application", notificationId: 101 });
    const nothing = await poll('[{"namespaceName":"application","notificationId":101}]');
    expect([nothing.status, await nothing.text()]).toEqual([304, ""]);
  });

  it("1.6: 400 for a wrong parameter, 404 for what is not there, 405 for another method", async () => {
    expect((await poll("none")).status).toBe(400);
    expect((await get("/configs/shop/default/nowhere")).status).toBe(404);
    expect((await get("/configs/shop/default/application", { method: "POST" })).status).toBe(405);
  });

  it("1.5, 1.6: 401 where a key is set and the request is not signed with it", async () => {
    const guarded = await openApolloStore({ secret: "key" });
    try {
      expect((await fetch(`${guarded.url}/configs/shop/default/application`)).status).toBe(401);
    } finally {
      await guarded.close();
    }
  });
});
