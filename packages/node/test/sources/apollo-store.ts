import { join } from "node:path";
import { type ApolloSourceOptions, apolloSource } from "@sop/node/sources/apollo";
import { own } from "./own-directory.ts";
import { send } from "./send.ts";
import { freePort, ServerProcess } from "./server-process.ts";
import type { Store } from "./store.ts";

/** Namespaces of a double of Apollo's config service. */
export interface ApolloStore extends Store {
  /** Releases a namespace with these items, which are texts in Apollo. */
  publish(namespace: string, items: Readonly<Record<string, string>>): Promise<void>;
  source(options: Partial<ApolloSourceOptions>): ReturnType<Store["source"]>;
  readonly url: string;
}

export async function openApolloStore({ secret = "", held = 60_000, isSilent = false } = {}): Promise<ApolloStore> {
  const { dir, remove } = own("apollo");
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const script = join(import.meta.dirname, "apollo-server.mjs");
  const args = [script, String(port), join(dir, "releases.json"), "shop", secret, String(held), String(isSilent)];
  const server = new ServerProcess(port, process.execPath, args);
  await server.start();
  const publish: ApolloStore["publish"] = async (namespace, items) => {
    const { status } = await send(`${url}/release/${namespace}`, { method: "PUT", body: JSON.stringify(items) });
    if (status !== 200) throw new Error("the config service did not take the release");
  };
  const items: Record<string, string> = {};
  let publishing = Promise.resolve();
  const change = (edit: () => void): Promise<void> => {
    publishing = publishing.then(() => {
      edit();
      return publish("application", items);
    });
    return publishing;
  };
  return {
    server,
    url,
    publish,
    set: (flags) => change(() => Object.assign(items, texts(flags))),
    remove: (flag) => change(() => delete items[flag]),
    corrupt: (flag) => change(() => Object.assign(items, { [flag]: "{half" })),
    named: { apollo: { server: url, appId: "shop" } },
    source: (options) => apolloSource({ server: url, appId: "shop", ...options }),
    async close() {
      await server.kill();
      remove();
    },
  };
}

function texts(flags: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(flags).map(([name, value]) => [name, JSON.stringify(value)]));
}
