import { maskText } from "../forensics/mask.js";
import { textAt } from "./ascii.js";
import { type BlackBox, CELL } from "./memory.js";

/** What a name is called for which there was no room. */
export const OTHER = "other";
/** Its number. */
export const OTHER_NAME = 0;

const MOST = 4_096;
const LONGEST = 200;

/**
 * Names of routes, hosts and methods, each of which is kept once and called by its number. There is room for 4,096 of them in all; what comes
 * later is `other`. Secrets are masked.
 */
export class Names {
  readonly #box: BlackBox;
  readonly #known = new Map<string, number>();
  readonly #encoder = new TextEncoder();
  #bytes = 0;
  #isFull = false;

  /** Its memory must be new. */
  constructor(box: BlackBox) {
    this.#box = box;
    this.#add(OTHER);
  }

  /** The number of a name. */
  of(name: string): number {
    return this.#known.get(name) ?? (this.#isFull ? OTHER_NAME : this.#add(name));
  }

  #add(name: string): number {
    const { names, cells } = this.#box;
    const number = Atomics.load(cells, CELL.names);
    const text = this.#encoder.encode(maskText(name)).subarray(0, LONGEST);
    if (number >= MOST || this.#bytes + text.length + 1 > names.length) {
      // From now on a name that is not known costs nothing.
      this.#isFull = true;
      return OTHER_NAME;
    }
    names[this.#bytes] = text.length;
    names.set(text, this.#bytes + 1);
    this.#bytes += text.length + 1;
    this.#known.set(name, number);
    Atomics.store(cells, CELL.nameBytes, this.#bytes);
    Atomics.add(cells, CELL.names, 1);
    return number;
  }
}

/** All names by their numbers: of a memory, or of as much of it as a file has. */
export function readNames({ names, cells }: BlackBox): string[] {
  const count = Math.min(Atomics.load(cells, CELL.names), MOST);
  const found: string[] = [];
  let at = 0;
  while (found.length < count && at < names.length) {
    const length = names[at] as number;
    if (length > LONGEST || at + 1 + length > names.length) break;
    found.push(textAt(names, at + 1, length));
    at += 1 + length;
  }
  return found;
}
