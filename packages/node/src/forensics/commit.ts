import { readFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";

/** The commit that is checked out in `dir` or above it, read from git's own files; `undefined` outside of a work tree. */
export function commitOf(dir: string): string | undefined {
  const git = gitDirectory(dir);
  if (git === undefined) return dirname(dir) === dir ? undefined : commitOf(dirname(dir));
  const head = read(join(git, "HEAD")) ?? "";
  const ref = /^ref: (\S+)$/.exec(head)?.[1];
  return hash(ref === undefined ? head : resolveRef(git, ref));
}

/** `.git` is a directory, or in a linked work tree a file that says where it is. */
function gitDirectory(dir: string): string | undefined {
  const path = join(dir, ".git");
  if (read(join(path, "HEAD")) !== undefined) return path;
  const linked = /^gitdir: (.+)$/.exec(read(path) ?? "")?.[1];
  return linked === undefined ? undefined : isAbsolute(linked) ? linked : join(dir, linked);
}

function resolveRef(git: string, ref: string): string | undefined {
  const common = join(git, read(join(git, "commondir")) ?? ".");
  const packed = read(join(common, "packed-refs")) ?? "";
  return read(join(common, ref)) ?? packed.split("\n").find((line) => line.endsWith(` ${ref}`));
}

function hash(text: string | undefined): string | undefined {
  return /^[0-9a-f]{40,64}/.exec(text ?? "")?.[0];
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return undefined;
  }
}
