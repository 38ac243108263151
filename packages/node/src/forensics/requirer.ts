import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import type { PackageVersion } from "@sop/core";
import { type InstalledPackage, ownerOf, packageAt } from "./packages.js";

// It is asked while a process ends: a tree that is larger is not searched to its end.
const MAX_PACKAGES = 2_000;

/**
 * The application's own dependency through which it has `guilty`, the nearest one; `undefined` where it depends on that itself, or
 * not at all. A breadth-first search from the manifest above `entry`.
 */
export function requirerOf(guilty: InstalledPackage, entry: string): PackageVersion | undefined {
  const application = ownerOf(entry);
  if (application === undefined || application.dir === guilty.dir) return undefined;
  const seen = new Set<string>();
  const { dir, dependencies, devDependencies } = application;
  const queue = find([...dependencies, ...devDependencies], dir).map((found) => ({ found, root: found }));
  for (const { found, root } of queue) {
    if (found.dir === guilty.dir) return found === root ? undefined : { name: root.name, version: root.version };
    if (seen.has(found.dir) || seen.size >= MAX_PACKAGES) continue;
    seen.add(found.dir);
    for (const next of find(found.dependencies, found.dir)) queue.push({ found: next, root });
  }
  return undefined;
}

function find(names: readonly string[], dir: string): InstalledPackage[] {
  return names.flatMap((name) => installed(name, dir) ?? []);
}

/** Where Node finds a package from `dir`: in the nearest `node_modules` that has it, behind its links. */
function installed(name: string, dir: string): InstalledPackage | undefined {
  const found = packageAt(realPath(join(dir, "node_modules", name)));
  return found ?? (dirname(dir) === dir ? undefined : installed(name, dirname(dir)));
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
