import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { directoriesIn } from "./incident-file.js";

const INCIDENT = /^\d{8}T\d{6}Z-/;

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
    let bytes = bytesBelow(join(this.#dir, own));
    for (const name of directoriesIn(this.#dir)) {
      if (name === own || !this.#isIncident(name)) continue;
      count++;
      bytes += this.#sizeOf(name);
      if (count > this.#keep || bytes > this.#maxBytes) this.#remove(name);
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
