import { etcdSource } from "@sop/node/sources/etcd";
import { type Own, own } from "./own-directory.ts";
import { send } from "./send.ts";
import { freePort, ServerProcess } from "./server-process.ts";
import type { Store } from "./store.ts";

const PREFIX = "/sop/shop/";

/** Keys of an etcd of its own, over its JSON gateway. */
export interface EtcdStore extends Store {
  /** Asks etcd for anything. */
  ask(path: string, body: object): Promise<Readonly<Record<string, unknown>>>;
  readonly endpoint: string;
}

export async function openEtcdStore(): Promise<EtcdStore> {
  const { dir, remove }: Own = own("etcd");
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const peers = `http://127.0.0.1:${await freePort()}`;
  const server = new ServerProcess(port, "etcd", [
    ...["--data-dir", dir, "--listen-client-urls", endpoint, "--advertise-client-urls", endpoint],
    ...["--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", `default=${peers}`],
  ]);
  await server.start();

  let token: string | undefined;
  const ask: EtcdStore["ask"] = async (path, body) => {
    const headers = { ...(token !== undefined && { authorization: token }) };
    const answer = await send(endpoint + path, { body: JSON.stringify(body), headers });
    const said = JSON.parse(answer.body) as Record<string, unknown>;
    if (answer.status !== 200) throw new Error(`etcd: ${said["message"]}`);
    if (path.endsWith("/authenticate")) token = said["token"] as string;
    return said;
  };
  const put = (flag: string, value: string) => ({ key: base64(PREFIX + flag), value: base64(value) });
  return {
    server,
    endpoint,
    ask,
    async set(flags) {
      const success = Object.entries(flags).map(([flag, value]) => ({ request_put: put(flag, JSON.stringify(value)) }));
      await ask("/v3/kv/txn", { success });
    },
    async remove(flag) {
      await ask("/v3/kv/deleterange", { key: base64(PREFIX + flag) });
    },
    async corrupt(flag) {
      await ask("/v3/kv/put", put(flag, "{half"));
    },
    named: { etcd: { endpoints: endpoint, prefix: PREFIX } },
    source: (options) => etcdSource({ endpoints: endpoint, prefix: PREFIX, ...options }),
    async close() {
      await server.kill();
      remove();
    },
  };
}

/** Lets only users in: `shop`, who may read the flags, and root, as whom the store goes on. */
export async function requireLogin(store: EtcdStore, password: string): Promise<void> {
  await store.ask("/v3/auth/user/add", { name: "root", password: "r00t" });
  await store.ask("/v3/auth/user/add", { name: "shop", password });
  await store.ask("/v3/auth/role/add", { name: "reader" });
  const perm = { permType: "READ", key: base64(PREFIX), range_end: base64(PREFIX.replace(/\/$/, "0")) };
  await store.ask("/v3/auth/role/grant", { name: "reader", perm });
  await store.ask("/v3/auth/user/grant", { user: "root", role: "root" });
  await store.ask("/v3/auth/user/grant", { user: "shop", role: "reader" });
  await store.ask("/v3/auth/enable", {});
  await logIn(store);
}

/** The token of a store is worth nothing after a restart. */
export async function logIn(store: EtcdStore): Promise<void> {
  await store.ask("/v3/auth/authenticate", { name: "root", password: "r00t" });
}

export function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
