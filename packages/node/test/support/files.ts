import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A directory of this test's own, gone when it is finished. */
export function temporaryDirectory(): string {
  const dir = mkdtempSync(join(tmpdir(), "sop-node-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** All files below a directory, as relative paths. */
export function filesBelow(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(dir, name)).isFile())
    .sort();
}

/** The text of all files below a directory. */
export function everythingBelow(dir: string): string {
  return filesBelow(dir)
    .map((name) => readFileSync(join(dir, name), "utf8"))
    .join("\n");
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into documents of every kind.
export function readJson(...path: string[]): any {
  return JSON.parse(readFileSync(join(...path), "utf8"));
}
