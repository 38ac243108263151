import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

const main = join(import.meta.dirname, "../../src/main.ts");

/** Runs the demo as a user does; it is killed when the test is over. */
export function demo(...args: readonly string[]) {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const output = { text: "" };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output.text += chunk;
    });
  }
  return { child, output, closed: once(child, "close").then(([code]) => code as number | null) };
}

/** A directory for one test. */
export function directory(): string {
  const dir = mkdtempSync(join(tmpdir(), "sop-demo-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
