import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { freePorts, startServer, whyNot } from "./server-process.ts";

/** An etcd of the demo's own. */
export interface Etcd {
  readonly endpoint: string;
  /** Ends it and removes its data; its log stays. */
  stop(): Promise<void>;
}

/** Why etcd cannot run here and what helps, or `undefined` where it can. */
export function etcdMissing(): string | undefined {
  const reason = whyNot("etcd");
  if (reason === undefined) return undefined;
  return (
    `--source etcd: there is no etcd on the PATH that runs (${reason}); 3.4 or later is needed. ` +
    "On Debian and Ubuntu, `apt-get install etcd-server` brings it. Without etcd: --source file"
  );
}

/**
 * Starts an etcd on free ports of loopback, with its files in `etcd` below `dir`; what was there before is removed. Done when all of
 * `pairs` are stored. Throws where they cannot be, with the place of its log.
 */
export async function startEtcd(
  dir: string,
  pairs: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Etcd> {
  const own = join(dir, "etcd");
  const data = join(own, "data");
  rmSync(own, { recursive: true, force: true });
  mkdirSync(own, { recursive: true });
  const [client, peer] = await freePorts(2);
  const endpoint = `http://127.0.0.1:${client}`;
  const peers = `http://127.0.0.1:${peer}`;
  const args = [
    ...["--data-dir", data, "--listen-client-urls", endpoint, "--advertise-client-urls", endpoint],
    ...["--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", `default=${peers}`],
  ];
  const ready = (): Promise<boolean> => put(endpoint, pairs);
  const stop = await startServer({ command: "etcd", args, log: join(own, "etcd.log"), ready }, signal);
  return {
    endpoint,
    async stop() {
      await stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** Stores all of `pairs` at once; false where etcd does not take them. */
async function put(endpoint: string, pairs: Readonly<Record<string, string>>): Promise<boolean> {
  const success = Object.entries(pairs).map(([key, value]) => ({
    request_put: { key: base64(key), value: base64(value) },
  }));
  const init = { method: "POST", body: JSON.stringify({ success }), signal: AbortSignal.timeout(1_000) };
  return (await fetch(`${endpoint}/v3/kv/txn`, init)).ok;
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
