import { spawnSync } from "node:child_process";
import { join } from "node:path";

const here = import.meta.dirname;
const binary = (name: string) => join(here, "node_modules/.bin", name);
const node = (version: string) => join(here, "node_modules", `node${version}`, "bin/node");

export interface Runtime {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** Where an application on Hono is served from: each command runs in the folder of `servers`. */
export const runtimes: readonly Runtime[] = [
  { name: "workerd", command: process.execPath, args: ["workerd.js"] },
  { name: "Bun", command: binary("bun"), args: ["bun.js"] },
  { name: "Deno", command: binary("deno"), args: ["run", "--allow-all", "--no-lock", "deno.js"] },
  ...["20", "22", "26"].map((version) => ({ name: `Node ${version}`, command: node(version), args: ["node.js"] })),
];

/** Versions of Node that the adapters are tested on here; 24 is the one that `pnpm test` runs on. */
export const nodes: readonly Runtime[] = runtimes.filter(({ name }) => name.startsWith("Node"));

/** Why a runtime cannot run on this machine, or `undefined` where it does. */
export function unavailable({ command }: Runtime): string | undefined {
  const { error, status, stderr } = spawnSync(command, ["--version"], { encoding: "utf8" });
  if (error) return error.message;
  return status === 0 ? undefined : stderr.trim() || `exit status ${status}`;
}
