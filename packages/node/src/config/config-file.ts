import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { type Document, isMap, isNode, isSeq, LineCounter, parseDocument } from "yaml";

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
  return parseConfig(read(path, name), name);
}

/** As `readConfigFile`, of a text that was read already; `name` is what messages call it. Throws {@link ConfigProblem}. */
export function parseConfig(text: string, name: string): ConfigFile {
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
  if (bytes === undefined) throw new ConfigProblem(`${name}:1: larger than 1 MiB`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigProblem(`${name}:1: it is not UTF-8`);
  }
}

/** `undefined`: they are too many, and were not read. */
function bytesOf(path: string, name: string): Buffer | undefined {
  try {
    return statSync(path).size > MAX_BYTES ? undefined : readFileSync(path);
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

/** Where a key stands, or the item of a list by its number; of one that is not there, the nearest above it that is. */
function offsetOf(document: Document, keys: readonly string[]): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const key of keys) {
    const [found, next] = stepInto(node, key);
    if (!isNode(found)) break;
    offset = found.range?.[0];
    node = next;
  }
  return offset;
}

/** What stands at a key, and what it leads to. */
function stepInto(node: unknown, key: string): readonly [found: unknown, next: unknown] {
  if (isSeq(node)) return [node.items[Number(key)], node.items[Number(key)]];
  const pair = isMap(node) ? node.items.find((item) => String(item.key) === key) : undefined;
  return [pair?.key, pair?.value];
}

// The library adds an excerpt of the file, which may hold what is nobody's business.
function firstLine(message: string): string {
  return (message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, "");
}
