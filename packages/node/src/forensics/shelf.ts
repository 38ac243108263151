import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { LeftOut } from "./bundle.js";
import { directoriesIn } from "./incident-file.js";
import { readJson } from "./read-json.js";
import { writeWhole } from "./write-whole.js";

const INCIDENT = /^\d{8}T\d{6}Z-/;

/** Analyses of memory are many bytes that few look at: of all incidents the newest three that have any keep theirs. */
const ANALYSES = /^(?:heap.*\.pb\.gz|.*\.heapsnapshot|core)$/;
const MOST_ANALYSES = 3;
const MANIFEST = "bundle/manifest.json";

/** The directory of all incidents, which has room for so many and for so much. */
export class Shelf {
  readonly #dir: string;
  readonly #keep: number;
  readonly #maxBytes: number;
  /** What others take; they seldom change, and are many. */
  readonly #sizes = new Map<string, number>();

  constructor(dir: string, { keep, maxBytes }: { keep: number; maxBytes: number }) {
    this.#dir = dir;
    this.#keep = keep;
    this.#maxBytes = maxBytes;
  }

  /** Removes the oldest incidents, until there is room for the others and the one of `own`, which stays whatever it takes. */
  prune(own: string): void {
    let count = 1;
    let analyses = analysesIn(join(this.#dir, own)).length > 0 ? 1 : 0;
    let bytes = bytesBelow(join(this.#dir, own));
    for (const name of directoriesIn(this.#dir)) {
      if (name === own || !this.#isIncident(name)) continue;
      count++;
      const found = analysesIn(join(this.#dir, name));
      if (found.length > 0 && ++analyses > MOST_ANALYSES) this.#removeAnalyses(name, found);
      bytes += this.#sizeOf(name);
      if (count > this.#keep || bytes > this.#maxBytes) this.#remove(name);
    }
  }

  /** The manifest says so first: a file that it names is there. */
  #removeAnalyses(name: string, found: readonly string[]): void {
    const dir = join(this.#dir, name);
    try {
      const manifest = readJson<Manifest>(dir, MANIFEST);
      const isGone = ({ name: file }: { readonly name: string }): boolean => found.includes(file);
      const leftOut = [
        ...manifest.leftOut,
        ...found.map((file) => ({ file, why: `removed: only the last ${MOST_ANALYSES} analyses of memory are kept` })),
      ];
      const files = manifest.files.filter((file) => !isGone(file));
      writeWhole(join(dir, MANIFEST), `${JSON.stringify({ ...manifest, files, leftOut }, undefined, 2)}\n`);
      for (const file of found) rmSync(join(dir, file), { force: true });
      this.#sizes.delete(name);
    } catch {
      // A bundle whose manifest is not readable is left as it is.
    }
  }

  #isIncident(name: string): boolean {
    return INCIDENT.test(name) && existsSync(join(this.#dir, name, "incident.json"));
  }

  #sizeOf(name: string): number {
    const known = this.#sizes.get(name) ?? bytesBelow(join(this.#dir, name));
    this.#sizes.set(name, known);
    return known;
  }

  #remove(name: string): void {
    rmSync(join(this.#dir, name), { recursive: true, force: true });
    this.#sizes.delete(name);
  }
}

interface Manifest {
  readonly files: readonly { readonly name: string }[];
  readonly leftOut: readonly LeftOut[];
}

function analysesIn(dir: string): string[] {
  try {
    return readdirSync(join(dir, "bundle")).flatMap((name) => (ANALYSES.test(name) ? [`bundle/${name}`] : []));
  } catch {
    return [];
  }
}

/** The bytes of all files below a directory; what cannot be looked at counts nothing. */
function bytesBelow(dir: string): number {
  let bytes = 0;
  try {
    for (const entry of readdirSync(dir, { withFileTypes: true, recursive: true })) {
      if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name)).size;
    }
  } catch {
    // It was removed meanwhile, or belongs to somebody else.
  }
  return bytes;
}
