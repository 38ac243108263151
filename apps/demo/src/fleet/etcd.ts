import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { until } from "../drill/until.ts";

/** An etcd of the demo's own. */
export interface Etcd {
  readonly endpoint: string;
  /** Ends it and removes its data; its log stays. */
  stop(): Promise<void>;
}

const PATIENCE = 15_000;

/** Ends etcd when standard input is closed: however the demo ends, also by SIGKILL, etcd does not outlive it. */
const GUARD = 'etcd "$@" & cat; kill -9 $!; wait';

/** Why etcd cannot run here and what helps, or `undefined` where it can. */
export function etcdMissing(): string | undefined {
  const { error, status } = spawnSync("etcd", ["--version"]);
  if (status === 0) return undefined;
  const reason = error?.message ?? `etcd --version ends with ${status}`;
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
  const path = join(own, "etcd.log");
  rmSync(own, { recursive: true, force: true });
  mkdirSync(own, { recursive: true });
  const [client, peer] = await freePorts();
  const endpoint = `http://127.0.0.1:${client}`;
  const peers = `http://127.0.0.1:${peer}`;
  const log = openSync(path, "a");
  const args = [
    ...["--data-dir", data, "--listen-client-urls", endpoint, "--advertise-client-urls", endpoint],
    ...["--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", `default=${peers}`],
  ];
  // In a group of its own, so that Ctrl-C on a terminal does not take etcd away from services that still run.
  const guard = spawn("sh", ["-c", GUARD, "etcd", ...args], { stdio: ["pipe", log, log], detached: true });
  closeSync(log);
  const ended = once(guard, "exit");
  const stop = async (): Promise<void> => {
    guard.stdin?.end();
    await ended;
    rmSync(data, { recursive: true, force: true });
  };
  try {
    const otherwise = `etcd does not answer: see ${path}`;
    await until(() => put(endpoint, pairs), { patience: PATIENCE, otherwise, signal });
    return { endpoint, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Stores all of `pairs` at once; `undefined` where etcd does not take them. */
async function put(endpoint: string, pairs: Readonly<Record<string, string>>): Promise<true | undefined> {
  const success = Object.entries(pairs).map(([key, value]) => ({
    request_put: { key: base64(key), value: base64(value) },
  }));
  const init = { method: "POST", body: JSON.stringify({ success }), signal: AbortSignal.timeout(1_000) };
  try {
    const answer = await fetch(`${endpoint}/v3/kv/txn`, init);
    return answer.ok || undefined;
  } catch {
    return undefined;
  }
}

/** Two ports of loopback that nobody uses. */
async function freePorts(): Promise<readonly [number, number]> {
  const servers = [createServer(), createServer()] as const;
  const taken = servers.map(async (server) => {
    await once(server.listen(0, "127.0.0.1"), "listening");
    return (server.address() as AddressInfo).port;
  });
  const [first = 0, second = 0] = await Promise.all(taken);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return [first, second];
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
