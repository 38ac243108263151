import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { dirname, isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { ProfileFrame } from "./pprof/profile.js";

/** How large maps may be, in bytes: one of them, and all that are read. */
export interface MapBounds {
  readonly file: number;
  readonly all: number;
}

/** The comment is on the last line; one that holds the map itself is as long as the map. */
const TAIL = 4_096;
const COMMENT = /\/[/*][#@] ?sourceMappingURL=([^\s'"*]+)\s*(?:\*\/)?\s*$/;
const DATA = /^data:application\/json(?:;charset=[\w-]+)?(;base64)?,/i;

interface Found {
  readonly map: SourceMap;
  /** What sources are relative to. */
  readonly dir: string;
}

/**
 * Finds where code was written by the source maps of files, which lie beside them or within. Each file is looked at once, and a map that is too
 * large is not read: it would have to be parsed as a whole. To be made anew for each profile.
 */
export class SourceMaps {
  readonly #bounds: MapBounds;
  readonly #known = new Map<string, Found | undefined>();
  #read = 0;
  #skipped = 0;

  constructor(bounds: MapBounds) {
    this.#bounds = bounds;
  }

  /** How many maps were too large, or could not be used. */
  get skipped(): number {
    return this.#skipped;
  }

  /** The frame with the position in its source, or as it is where there is no map for it. */
  original(frame: ProfileFrame): ProfileFrame {
    if (frame.line === 0 || !isAbsolute(frame.file)) return frame;
    const found = this.#of(frame.file);
    if (!found) return frame;
    const entry = found.map.findEntry(frame.line - 1, Math.max(0, frame.column - 1));
    if (!("originalSource" in entry) || entry.originalSource === undefined) return frame;
    const { originalSource, originalLine, originalColumn } = entry;
    return { ...frame, file: pathIn(found.dir, originalSource), line: originalLine + 1, column: originalColumn + 1 };
  }

  #of(file: string): Found | undefined {
    if (this.#known.has(file)) return this.#known.get(file);
    const found = this.#find(file);
    this.#known.set(file, found);
    return found;
  }

  #find(file: string): Found | undefined {
    try {
      const url = this.#urlOf(file);
      if (url === undefined) return undefined;
      const path = DATA.test(url) ? file : resolve(dirname(file), withoutScheme(decodeURIComponent(url)));
      if (!DATA.test(url) && !this.#isWithin(path)) return this.#skip();
      const text = DATA.test(url) ? inline(url) : readFileSync(path, "utf8");
      this.#read += text.length;
      // Some begin with a line that keeps browsers from running them as a script.
      const payload = JSON.parse(text.replace(/^\)\]\}'[^\n]*\n/, "")) as SourceMapPayload;
      return { map: new SourceMap(payload), dir: dirname(path) };
    } catch {
      return this.#skip();
    }
  }

  #urlOf(file: string): string | undefined {
    const tail = tailOf(file);
    const url = COMMENT.exec(tail)?.[1];
    if (url !== undefined || !isPartOfMap(tail)) return url;
    return this.#isWithin(file) ? COMMENT.exec(readFileSync(file, "utf8"))?.[1] : this.#skip();
  }

  #isWithin(path: string): boolean {
    const stats = statSync(path);
    return stats.isFile() && stats.size <= Math.min(this.#bounds.file, this.#bounds.all - this.#read);
  }

  #skip(): undefined {
    this.#skipped++;
    return undefined;
  }
}

function tailOf(file: string): string {
  const stats = statSync(file);
  const { size } = stats;
  if (!stats.isFile()) return "";
  const bytes = Buffer.alloc(Math.min(size, TAIL));
  const opened = openSync(file, "r");
  try {
    readSync(opened, bytes, 0, bytes.length, size - bytes.length);
  } finally {
    closeSync(opened);
  }
  return bytes.toString("latin1");
}

/** Whether the comment begins before the tail, as it holds the map itself. */
function isPartOfMap(tail: string): boolean {
  return tail.length === TAIL && /^[\w+/=%]+\s*$/.test(tail);
}

function inline(url: string): string {
  const [head = "", base64] = DATA.exec(url) ?? [];
  const data = url.slice(head.length);
  return base64 === undefined ? decodeURIComponent(data) : Buffer.from(data, "base64").toString("utf8");
}

function withoutScheme(url: string): string {
  return url.startsWith("file:") ? fileURLToPath(url) : url;
}

/** Sources are relative to their map, or have a scheme of a bundler: `webpack://shop/./src/cart.ts`. */
function pathIn(dir: string, source: string): string {
  if (source.startsWith("file:")) return fileURLToPath(source);
  return /^[a-z][a-z\d+.-]+:/i.test(source) ? source : resolve(dir, source);
}
