import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A Redis of its own, on loopback, that keeps nothing. */
export interface RedisServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Why Redis cannot run on this machine, or `undefined` where it does. */
export function unavailable(): string | undefined {
  const { error, status } = spawnSync("redis-server", ["--version"]);
  return error?.message ?? (status === 0 ? undefined : `exit status ${status}`);
}

/** Starts a Redis on a free port and waits until it takes connections. */
export async function startRedis(): Promise<RedisServer> {
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), "sop-redis-"));
  const options = ["--bind", "127.0.0.1", "--port", String(port), "--dir", dir, "--save", "", "--appendonly", "no"];
  const child = spawn("redis-server", options, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const isReady = new Promise<true>((resolve) => {
    createInterface(child.stdout).on("line", (line) => {
      if (line.includes("Ready to accept connections")) resolve(true);
    });
  });
  const started = await Promise.race([isReady, ended.then(() => false)]);
  if (!started) throw new Error("redis-server ended before it took connections");
  return {
    port,
    async stop() {
      child.kill("SIGTERM");
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await once(server.close(), "close");
  return port;
}
