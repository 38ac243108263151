import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

/** A process of the test's own. */
export interface Started {
  readonly port: number;
  stop(): Promise<void>;
}

/** The service, whose `admin.json` is in `dir`. */
export async function startService(dir: string): Promise<Started> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "service.mjs")], {
    env: { ...process.env, SOP_DIR: dir, SOP_ADMIN: "on" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  // Its admin plane listens a moment later.
  while (!existsSync(join(dir, "admin.json"))) await new Promise((resolve) => setTimeout(resolve, 50));
  return { port: Number(String(line)), stop: () => ended(child) };
}

/** A Prometheus that scrapes a port of loopback each second, once it has done so. */
export async function startPrometheus(dir: string, target: number): Promise<Started> {
  const port = await freePort();
  const config = {
    global: { scrape_interval: "1s" },
    scrape_configs: [{ job_name: "shop", static_configs: [{ targets: [`127.0.0.1:${target}`] }] }],
  };
  // JSON is YAML.
  writeFileSync(join(dir, "prometheus.yaml"), JSON.stringify(config));
  const child = spawn(
    "prometheus",
    [
      `--config.file=${join(dir, "prometheus.yaml")}`,
      `--storage.tsdb.path=${join(dir, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=error",
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const isUp = async (): Promise<boolean> => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=up`).catch(() => undefined);
    return answer?.ok === true && (await answer.text()).includes('"1"');
  };
  while (!(await isUp())) {
    if (child.exitCode !== null) throw new Error(`prometheus ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { port, stop: () => ended(child) };
}

/** Sends requests to all routes, several at a time, until it is stopped; then gives how many were answered, by path. */
export function load(port: number, paths: readonly string[]): () => Promise<Map<string, number>> {
  const sent = new Map<string, number>();
  let isOver = false;
  const one = async (path: string): Promise<void> => {
    for (let n = 0; !isOver; n++) {
      const answer = await fetch(`http://127.0.0.1:${port}${path.replace(":n", String(n))}`);
      await answer.text();
      sent.set(path, (sent.get(path) ?? 0) + 1);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const workers = paths.flatMap((path) => Array.from({ length: path === "/slow" ? 20 : 2 }, () => one(path)));
  return async () => {
    isOver = true;
    await Promise.all(workers);
    return sent;
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  await once(server.close(), "close");
  return port;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}
