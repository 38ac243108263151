import { spawnSync } from "node:child_process";
import { join } from "node:path";

const BINARY = join(import.meta.dirname, "dist/collector");

/** Why the Collector cannot be built here, or `undefined` where it can. */
export function notBuildable(): string | undefined {
  const { error, stdout } = spawnSync("go", ["env", "GOVERSION"], { encoding: "utf8" });
  if (error) return `Go is not installed: ${error.message}`;
  const [, minor = 0] = /^go1\.(\d+)/.exec(stdout) ?? [];
  return Number(minor) >= 26 ? undefined : `the Collector needs Go 1.26, this is ${stdout.trim()}`;
}

/**
 * Builds the Collector from its Go modules, each of the version and the hash that go.mod and go.sum name, and returns its path. From
 * nothing it takes 90 s on two cores, with Go's cache one.
 */
export function buildCollector(): string {
  const args = ["build", "-mod=readonly", "-trimpath", "-ldflags=-s -w", "-o", BINARY, "."];
  const { status, stderr } = spawnSync("go", args, { cwd: import.meta.dirname, encoding: "utf8" });
  if (status !== 0) throw new Error(`the Collector could not be built:\n${stderr}`);
  return BINARY;
}
