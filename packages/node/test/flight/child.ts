import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";

/** A service of its own process, with its incidents below `dir`; `file`: which one of this directory's. */
export async function startService(
  dir: string,
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
  file = "service.mjs",
) {
  const child = spawn(
    process.env["SOP_CONFORMANCE_NODE"] ?? process.execPath,
    [...args, join(import.meta.dirname, file)],
    {
      stdio: ["ignore", "pipe", "pipe"],
      cwd: dir,
      env: { ...process.env, SOP_DIR: join(dir, "incidents"), SOP_LOG_LEVEL: "warn", SOP_SENSORS: "on", ...env },
    },
  );
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (line) => lines.push(line));
  const exited = once(child, "exit") as Promise<[code: number | null, signal: NodeJS.Signals | null]>;
  await Promise.race([once(reader, "line"), exited]);
  return { child, url: lines[0] ?? "", lines, exited, stderr: () => stderr };
}
