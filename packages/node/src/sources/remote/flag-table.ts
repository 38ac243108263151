import type { ConfigSnapshot } from "@sop/core";
import { Refusal } from "../../remote/refusal.js";
import { type ReadValue, readJson, textOf } from "./value.js";

type Given = ConfigSnapshot["flags"][string];

interface Known {
  /** As the source has it; `undefined` where it was handed over as a value. */
  readonly raw: string | Uint8Array | undefined;
  readonly bytes: number;
  /** The last good one; `undefined` where there was none. What is wrong with a definition is the core's to find. */
  readonly value: Given | undefined;
}

type Entries<T> = Iterable<readonly [name: string, given: T]>;

/** The flags of one source, told one by one or all at once. What cannot be used keeps its last good value. */
export class FlagTable {
  readonly #known = new Map<string, Known>();
  /** Why the present value of a flag cannot be used. */
  readonly #problems = new Map<string, string>();
  readonly #source: string;
  readonly #maxBytes: number;
  readonly #read: ReadValue;
  #bytes = 0;

  /** `maxBytes`: what the texts of all flags may have together. */
  constructor(source: string, maxBytes: number, read: ReadValue = readJson) {
    this.#source = source;
    this.#maxBytes = maxBytes;
    this.#read = read;
  }

  /** How many flags the source has, those that cannot be used as well. */
  get size(): number {
    return this.#known.size;
  }

  /** The flag has this text. */
  put(name: string, text: string | Uint8Array): void {
    if (isSame(this.#known.get(name)?.raw, text)) return;
    const bytes = typeof text === "string" ? Buffer.byteLength(text) : text.length;
    this.#write(name, text, bytes, () => this.#read(typeof text === "string" ? text : textOf(text)));
  }

  /** The flag has this value. */
  set(name: string, value: unknown): void {
    this.#write(name, undefined, 0, () => value);
  }

  delete(name: string): void {
    this.#bytes -= this.#known.get(name)?.bytes ?? 0;
    this.#known.delete(name);
    this.#problems.delete(name);
  }

  /** These are the texts of all flags that there are. */
  putAll(texts: Entries<string | Uint8Array>): void {
    const given = new Map(texts);
    this.#keepOnly(given);
    for (const [name, text] of given) this.put(name, text);
  }

  /** These are the values of all flags that there are. */
  setAll(values: Entries<unknown>): void {
    const given = new Map(values);
    this.#keepOnly(given);
    for (const [name, value] of given) this.set(name, value);
  }

  /** The good values of all flags. */
  flags(): Record<string, Given> {
    const flags: Record<string, Given> = {};
    for (const [name, { value }] of this.#known) if (value !== undefined) flags[name] = value;
    return flags;
  }

  /** What cannot be used: source, flag and reason. */
  problems(): string[] {
    return [...this.#problems.values()];
  }

  #keepOnly(given: ReadonlyMap<string, unknown>): void {
    for (const name of this.#known.keys()) if (!given.has(name)) this.delete(name);
  }

  #write(name: string, raw: Known["raw"], size: number, read: () => unknown): void {
    const before = this.#known.get(name);
    const others = this.#bytes - (before?.bytes ?? 0);
    const isTooMuch = others + size > this.#maxBytes;
    const bytes = isTooMuch ? 0 : size;
    this.#bytes = others + bytes;
    this.#problems.delete(name);
    try {
      if (isTooMuch) throw new Refusal(`with it the flags would have more than ${this.#maxBytes} bytes`);
      this.#known.set(name, { raw, bytes, value: this.#usable(name, read()) });
    } catch (error) {
      // What had no room may have some the next time, though it is the same.
      this.#known.set(name, { raw: isTooMuch ? undefined : raw, bytes, value: before?.value });
      this.#problems.set(name, this.#reason(name, error));
    }
  }

  #usable(name: string, given: unknown): Given {
    // As the name of a property of an ordinary object, this one is none.
    if (name === "" || name === "__proto__") throw new Refusal("a flag cannot have this name");
    if (given === null || given === undefined) {
      throw new Refusal("got null, expected true, false, a text, a number, an object or a list");
    }
    return given as Given;
  }

  #reason(name: string, error: unknown): string {
    if (error instanceof Refusal) return `${this.#source}: flags.${name}: ${error.message}`;
    throw error;
  }
}

function isSame(known: Known["raw"], text: string | Uint8Array): boolean {
  if (known instanceof Uint8Array && text instanceof Uint8Array) return Buffer.compare(known, text) === 0;
  return known === text;
}
