import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseStack, type RecordedFrame } from "@sop/core";

interface Owner {
  readonly package: string | undefined;
  readonly version: string | undefined;
}

const NOBODY: Owner = { package: undefined, version: undefined };

/** The frames of a stack, each with the package that its file is part of. */
export function recordFrames(stack: string): RecordedFrame[] {
  const known = new Map<string, Owner>();
  return parseStack(stack).map((frame) => ({ ...frame, ...ownerOf(frame.file, known) }));
}

function ownerOf(file: string, known: Map<string, Owner>): Owner {
  const dir = dirname(file);
  if (file.startsWith("node:") || dir === file || dir === ".") return NOBODY;
  const owner = known.get(dir) ?? manifestOf(dir) ?? ownerOf(dir, known);
  known.set(dir, owner);
  return owner;
}

// A manifest without a name only says how the files below it are to be read.
function manifestOf(dir: string): Owner | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(join(dir, "package.json"), "utf8")) as Record<string, unknown>;
    if (typeof name !== "string") return undefined;
    return { package: name, version: typeof version === "string" ? version : undefined };
  } catch {
    return undefined;
  }
}
