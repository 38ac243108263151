import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
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

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}
