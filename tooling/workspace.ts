import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly description?: string;
  readonly license?: string;
  readonly type?: string;
  readonly engines?: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
  readonly sideEffects?: boolean | readonly string[];
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** One package of this workspace. */
export interface WorkspacePackage {
  /** The folder's name: `core`. */
  readonly folder: string;
  readonly dir: string;
  readonly manifest: Manifest;
}

export const root: string = join(import.meta.dirname, "..");

export function readManifest(dir: string): Manifest {
  return JSON.parse(readFileSync(join(dir, "package.json"), "utf8"));
}

/** All packages below `packages` or `apps`; a folder without a manifest is none. */
export function packagesIn(parent: "packages" | "apps"): WorkspacePackage[] {
  if (!existsSync(join(root, parent))) return [];
  return readdirSync(join(root, parent))
    .sort()
    .map((folder) => ({ folder, dir: join(root, parent, folder) }))
    .filter(({ dir }) => existsSync(join(dir, "package.json")))
    .map((found) => ({ ...found, manifest: readManifest(found.dir) }));
}

/** The published packages that have sources. */
export function publishedPackages(): WorkspacePackage[] {
  return packagesIn("packages").filter(({ dir, manifest }) => !manifest.private && entriesOf(dir).length > 0);
}

/** Entry names of a package, from its exports map: `.` is `index`, `./sources/file` is `sources/file`. */
export function entriesOf(dir: string): string[] {
  return Object.keys(readManifest(dir).exports ?? {})
    .filter((subpath) => subpath !== "./package.json")
    .map((subpath) => (subpath === "." ? "index" : subpath.slice(2)))
    .filter((entry) => existsSync(join(dir, "src", `${entry}.ts`)));
}

/** Whether a package says that it cannot be required: what builds on a library that is ESM only. */
export function isEsmOnly({ exports }: Manifest): boolean {
  return !JSON.stringify(exports).includes('"require":');
}

/** What a consumer writes to import an entry: `@sop/node/sources/file`. */
export function specifierOf(name: string, entry: string): string {
  return entry === "index" ? name : `${name}/${entry}`;
}
