import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { FlagDefinition, FlagValue } from "@sop/core";
import { type Document, isMap, isScalar, LineCounter, parseDocument, type Scalar } from "yaml";
import { CommandError } from "../command-error.js";
import { EXIT } from "../terminal.js";

/** A flag as it stands in a file. */
export type WrittenFlag = FlagValue | FlagDefinition;

/** Whether a flag has variants, and no value of its own. */
export function isDefinition(flag: WrittenFlag | undefined): flag is FlagDefinition {
  return typeof flag === "object" && flag !== null && Object.hasOwn(flag, "variants");
}

/** Whether a flag depends on who asks. */
export function hasRule(flag: WrittenFlag | undefined): boolean {
  return isDefinition(flag) && Object.keys(flag.targeting ?? {}).length > 0;
}

// Texts in blocks have their end in the next line.
const WORDS = new Set<string>(["PLAIN", "QUOTE_DOUBLE", "QUOTE_SINGLE"]);

/** A file with flags, as text that can be changed without touching the rest of it. */
export class FlagFile {
  readonly #name: string;
  readonly #text: string;
  readonly #lines = new LineCounter();
  readonly #document: Document;
  readonly #flags: Readonly<Record<string, WrittenFlag>>;

  /** Ends the command where the file is no YAML 1.2 with an object of flags. */
  constructor(path: string) {
    this.#name = basename(path);
    this.#text = readFileSync(path, "utf8");
    this.#document = parseDocument(this.#text, { version: "1.2", schema: "core", lineCounter: this.#lines });
    const [wrong] = this.#document.errors;
    if (wrong) throw new CommandError(EXIT.found, `${this.#name}: ${wrong.message.split("\n")[0]}`);
    const { flags = {} } = Object(this.#document.toJS()) as { flags?: Record<string, WrittenFlag> };
    if (typeof flags !== "object" || flags === null || Array.isArray(flags)) {
      throw new CommandError(EXIT.found, `${this.#name}: flags: expected an object of flags by name`);
    }
    this.#flags = flags;
  }

  get names(): readonly string[] {
    return Object.keys(this.#flags);
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#flags, name);
  }

  /** The flag; `undefined` where there is none. */
  get(name: string): WrittenFlag | undefined {
    return this.has(name) ? this.#flags[name] : undefined;
  }

  /** Where a flag stands, for people: `sop.yaml:3`. */
  place(name: string): string {
    const flags = this.#document.get("flags");
    const pair = isMap(flags) ? flags.items.find(({ key }) => String(key) === name) : undefined;
    const offset = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
    return offset === undefined ? this.#name : `${this.#name}:${this.#lines.linePos(offset).line}`;
  }

  /** The file's text with another value at a path below `flags`. */
  with(path: readonly string[], value: unknown): string {
    const keys = ["flags", ...path];
    const node = this.#document.getIn(keys, true);
    const isWord = isScalar(node) && WORDS.has(node.type ?? "") && typeof value !== "object";
    if (isWord) return this.#spliced(node, value);
    this.#document.setIn(keys, value);
    return this.#document.toString({ lineWidth: 0 });
  }

  /** In place of one word another: all else stays as it was written. JSON is YAML wherever it stands. */
  #spliced({ range }: Scalar, value: unknown): string {
    const [start, end] = range ?? [0, 0];
    // A key without a value has its place right behind the colon.
    const space = start > 0 && this.#text[start - 1] === ":" ? " " : "";
    return `${this.#text.slice(0, start)}${space}${JSON.stringify(value)}${this.#text.slice(end)}`;
  }
}
