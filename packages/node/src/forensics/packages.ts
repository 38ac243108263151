import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { PackageVersion } from "@sop/core";

/** A package's directory and what its manifest says. */
export interface InstalledPackage extends PackageVersion {
  readonly dir: string;
  /** Names of the packages it depends on. */
  readonly dependencies: readonly string[];
  /** Names of those that only its own development needs; they are there for the application itself alone. */
  readonly devDependencies: readonly string[];
}

/** The package that a file is part of. */
export function ownerOf(
  file: string,
  known: Map<string, InstalledPackage | undefined> = new Map(),
): InstalledPackage | undefined {
  const dir = dirname(file);
  if (dir === file || dir === ".") return undefined;
  if (!known.has(dir)) known.set(dir, packageAt(dir) ?? ownerOf(dir, known));
  return known.get(dir);
}

/** The package whose manifest is in `dir`. One without a name only says how the files below it are to be read. */
export function packageAt(dir: string): InstalledPackage | undefined {
  try {
    const manifest = JSON.parse(readFileSync(join(dir, "package.json"), "utf8")) as Record<string, unknown>;
    const { name, version, dependencies, optionalDependencies, devDependencies } = manifest;
    if (typeof name !== "string") return undefined;
    return {
      name,
      version: typeof version === "string" ? version : undefined,
      dir,
      dependencies: Object.keys({ ...Object(dependencies), ...Object(optionalDependencies) }),
      devDependencies: Object.keys(Object(devDependencies)),
    };
  } catch {
    return undefined;
  }
}
