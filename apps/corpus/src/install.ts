import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const own = join(import.meta.dirname, "../cases");

/** The folders of our own cases. */
export const SETS: readonly string[] = ["dev", "tuning", "held-out"];

export function folderOf(set: string): string {
  return join(own, set);
}

/**
 * Fetches the packages that our cases are about, unless those of the lock file are there already: they are no part of the workspace, and their
 * own scripts are not run. Returns what went wrong.
 */
export function installCases(): string | undefined {
  const lock = readFileSync(join(own, "package-lock.json"), "utf8");
  const note = join(own, "node_modules/.installed");
  if (existsSync(note) && readFileSync(note, "utf8") === lock) return undefined;
  const problem = npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
  if (problem === undefined) writeFileSync(note, lock);
  return problem;
}

/** Where that version of Node is: this one, what `CORPUS_NODE20` says, or the package `node20`, whose script is what fetches it. */
export function nodeOf(version: string): string | undefined {
  const given = process.env[`CORPUS_NODE${version}`];
  if (given) return given;
  if (process.versions.node.startsWith(`${version}.`)) return process.execPath;
  const packaged = join(own, "node_modules", `node${version}`);
  const path = join(packaged, "bin/node");
  if (!existsSync(path) && existsSync(packaged)) npm(["rebuild", `node${version}`]);
  return existsSync(path) ? path : undefined;
}

function npm(args: readonly string[]): string | undefined {
  const { status, stderr, error } = spawnSync("npm", args, { cwd: own, encoding: "utf8" });
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
}
