import { readFileSync } from "node:fs";
import { join, sep } from "node:path";

/** A package that was loaded. */
export interface LoadedPackage {
  /** As its manifest says, whatever name it is installed under. */
  readonly name: string;
  readonly version: string;
  /** The folder of its manifest. */
  readonly dir: string;
}

/** What those who follow the loading of modules are told, and ask. */
export interface Follower {
  /** Whether anyone wants to know of the package. */
  isWanted(name: string): boolean;
  /** The exports to be used in the place of those that were loaded. */
  patched(exports: unknown, loaded: LoadedPackage): unknown;
}

interface Known extends LoadedPackage {
  /** Paths of all files, relative to the folder, that its name may stand for. */
  readonly entries: ReadonlySet<string>;
}

const known = new Map<string, Known | undefined>();

/** The package that `file` is the entry of: what one gets by the package's name. `undefined` for any other file. */
export function packageOfEntry(file: string): LoadedPackage | undefined {
  const dir = folderOf(file);
  if (dir === undefined) return undefined;
  if (!known.has(dir)) known.set(dir, read(dir));
  const found = known.get(dir);
  return found?.entries.has(file.slice(dir.length + 1)) ? found : undefined;
}

const FOLDER = `${sep}node_modules${sep}`;

function folderOf(file: string): string | undefined {
  const at = file.lastIndexOf(FOLDER);
  if (at === -1) return undefined;
  const parts = file.slice(at + FOLDER.length).split(sep);
  const name = parts.slice(0, parts[0]?.startsWith("@") ? 2 : 1).join(sep);
  return file.slice(0, at + FOLDER.length) + name;
}

function read(dir: string): Known | undefined {
  try {
    const { name, version, main, module, exports } = JSON.parse(readFileSync(join(dir, "package.json"), "utf8"));
    if (typeof name !== "string" || typeof version !== "string") return undefined;
    const entries = new Set(["index.js"]);
    for (const path of [main, module, ...targetsOf(rootOf(exports))])
      for (const file of filesOf(path)) entries.add(file);
    return { name, version, dir, entries };
  } catch {
    return undefined;
  }
}

// `exports` is the root's own target, or a map whose key `.` is it.
function rootOf(exports: unknown): unknown {
  const isMap = exports instanceof Object && Object.keys(exports).some((key) => key.startsWith("."));
  return isMap ? (exports as { readonly "."?: unknown })["."] : exports;
}

/** All files that a target may stand for, whatever the conditions. */
function targetsOf(target: unknown): string[] {
  if (typeof target === "string") return [target];
  return target instanceof Object ? Object.values(target).flatMap(targetsOf) : [];
}

// `main` may leave out the extension, or name a folder.
function filesOf(path: unknown): string[] {
  if (typeof path !== "string") return [];
  const plain = path.replace(/^\.\//, "").replace(/\/$/, "").split("/").join(sep);
  return [plain, `${plain}.js`, join(plain, "index.js")];
}
