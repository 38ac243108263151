import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { type Document, isMap, isSeq, LineCounter, parseDocument } from "yaml";

/** A configuration file that was read: its content, and where in it what stands. */
export interface ConfigFile {
  /** The first 12 hex digits of the content's SHA-256. */
  readonly revision: string;
  /** The whole document as plain data. */
  readonly content: Readonly<Record<string, unknown>>;
  /** The place of a key, for people: `sop.yaml:3`. */
  place(path: readonly string[]): string;
}

/** A configuration file that cannot be used; the message names file, line and reason. */
export class ConfigProblem extends Error {}

const MAX_BYTES = 1_048_576;

/** Reads a file as YAML 1.2, core schema. Throws {@link ConfigProblem}. */
export function readConfigFile(path: string): ConfigFile {
  const name = basename(path);
  const text = read(path, name);
  const lines = new LineCounter();
  const document = parseDocument(text, { version: "1.2", schema: "core", lineCounter: lines });
  const line = (offset = 0): string => `${name}:${lines.linePos(offset).line}`;
  const [wrong] = [...document.errors, ...document.warnings];
  if (wrong) throw new ConfigProblem(`${line(wrong.pos[0])}: ${firstLine(wrong.message)}`);
  if (!isMap(document.contents)) {
    const got = document.contents === null ? "nothing" : "something else";
    throw new ConfigProblem(`${name}:1: got ${got}, expected keys with values`);
  }
  return {
    revision: createHash("sha256").update(text).digest("hex").slice(0, 12),
    content: plain(document, name),
    place: (keys) => line(offsetOf(document, keys)),
  };
}

function read(path: string, name: string): string {
  const bytes = bytesOf(path, name);
  if (bytes.length > MAX_BYTES) throw new ConfigProblem(`${name}:1: larger than 1 MiB`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigProblem(`${name}:1: it is not UTF-8`);
  }
}

function bytesOf(path: string, name: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigProblem(`${name}: ${code === "ENOENT" ? "no such file" : `it cannot be read (${code})`}`);
  }
}

function plain(document: Document, name: string): Readonly<Record<string, unknown>> {
  try {
    return document.toJS() as Record<string, unknown>;
  } catch (error) {
    // Aliases that would unfold to something enormous.
    throw new ConfigProblem(`${name}:1: ${error instanceof Error ? firstLine(error.message) : "it cannot be read"}`);
  }
}

interface Placed {
  readonly range?: readonly number[] | null;
}

/** Where a key stands; of one that is not there, the nearest above it that is. */
function offsetOf(document: Document, keys: readonly string[]): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const key of keys) {
    const pair = isMap(node) ? node.items.find((item) => String(item.key) === key) : undefined;
    const item = isSeq(node) ? node.items[Number(key)] : undefined;
    const found = (pair?.key ?? item) as Placed | undefined;
    if (!found) break;
    offset = found.range?.[0];
    node = pair ? pair.value : item;
  }
  return offset;
}

// The library adds an excerpt of the file, which may hold what is nobody's business.
function firstLine(message: string): string {
  return (message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, "");
}
