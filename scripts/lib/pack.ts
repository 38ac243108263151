import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { publishedPackages, root, type WorkspacePackage } from "../../tooling/workspace.ts";
import { capture } from "./run.ts";

/** A published package as npm would get it. */
export interface Packed extends WorkspacePackage {
  readonly tarball: string;
}

const folder = join(root, "reports/packed");
let packing: Promise<Packed[]> | undefined;

/** Packs every published package, once a process. */
export function packAll(): Promise<Packed[]> {
  packing ??= pack();
  return packing;
}

async function pack(): Promise<Packed[]> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const packages = publishedPackages();
  for (const { dir, manifest } of packages) {
    const { ok, output } = await pnpm(["pack", "--pack-destination", folder], dir);
    if (!ok) throw new Error(`pnpm pack of ${manifest.name}:\n${output}`);
  }
  return packages.map((found) => ({ ...found, tarball: tarballOf(found) }));
}

function tarballOf({ manifest }: WorkspacePackage): string {
  const name = `${manifest.name.replace("@", "").replace("/", "-")}-${manifest.version}.tgz`;
  if (!readdirSync(folder).includes(name)) throw new Error(`pnpm pack wrote no ${name}`);
  return join(folder, name);
}

/** pnpm itself starts the test command and says where it is; by hand, npx finds one. */
function pnpm(args: readonly string[], cwd: string) {
  const own = process.env["npm_execpath"];
  if (own?.endsWith("pnpm")) return capture(own, args, { cwd });
  return capture("npx", ["--yes", "pnpm@12", ...args], { cwd });
}

/** The bytes of a tarball, as a buffer of their own. */
export function bytesOf(tarball: string): ArrayBuffer {
  return new Uint8Array(readFileSync(tarball)).buffer;
}
