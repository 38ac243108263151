import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished } from "vitest";
import { temporaryDirectory } from "../support/files.ts";

const apps = join(import.meta.dirname, "apps");

/** What an application is started with, so that it is attached to. */
export const IMPORT = ["--import", "@sop/node/register"];
export const REQUIRE = ["--require", "@sop/node/register"];

interface StartOptions {
  readonly with?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Starts an application of `apps`, which knows nothing of this project, in a process of its own. */
export async function start(name: string, { with: args = IMPORT, env = {}, cwd = apps }: StartOptions = {}) {
  const dir = join(temporaryDirectory(), "incidents");
  const child = spawn(process.env["SOP_CONFORMANCE_NODE"] ?? process.execPath, [...args, join(apps, name)], {
    cwd,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { ...process.env, SOP_ADMIN: "on", SOP_DIR: dir, ...env },
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  let stderr = "";
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  const exited = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  const ports: number[] = [];
  const printed: string[] = [];
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  lines.on("line", (line) => {
    const [, port] = /^port (\d+)$/.exec(line) ?? [];
    if (port === undefined) printed.push(line);
    else ports.push(Number(port));
  });
  await expect.poll(() => (child.exitCode !== null ? "gone" : ports.length > 0), { timeout: 20_000 }).toBeTruthy();
  return {
    child,
    dir,
    ports,
    printed,
    exited,
    stderr: () => stderr,
    get: (path: string, port = ports[0]) =>
      fetch(`http://127.0.0.1:${port}${path}`).then(
        async (response) => ({ status: response.status, body: await response.text() }),
        () => ({ status: 0, body: "" }),
      ),
  };
}

/** The lines of `http_requests_total` that the admin plane of a service shows. */
export async function counted(dir: string): Promise<string[]> {
  const { url } = await adminOf(dir);
  const text = await (await fetch(`${url}/metrics`)).text();
  return text
    .split("\n")
    .filter((line) => line.startsWith("http_requests_total{"))
    .sort();
}

/** What `admin.json` says, once it is there. */
export async function adminOf(dir: string): Promise<{ readonly url: string; readonly service: string }> {
  await expect.poll(() => read(dir), { timeout: 10_000 }).toBeTruthy();
  return read(dir) as { readonly url: string; readonly service: string };
}

function read(dir: string): unknown {
  try {
    return JSON.parse(readFileSync(join(dir, "admin.json"), "utf8"));
  } catch {
    return undefined;
  }
}
