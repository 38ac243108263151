import type { Sample } from "./parse.js";

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const NUMBER = /[^\s#{}]+/y;
const BLANK = /[ \t]*/y;

/** Reads one line of a text exposition, from left to right. */
export class LineScanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** `name{label="value",...} value [timestamp] [# {labels} value [timestamp]]`; the name may be the first in braces, quoted. */
  sample(): Sample {
    const labels: Record<string, string> = Object.create(null);
    let name = this.#optional(NAME);
    if (this.#take("{")) name = this.#labels(labels) ?? name;
    if (name === undefined) throw new Error("it has no name of a metric");
    const value = this.#number();
    // A timestamp, and an exemplar, which both are of no use here but have to be well-formed.
    this.#skip();
    if (this.#at < this.#text.length && this.#text[this.#at] !== "#") this.#number();
    if (this.#take("#")) {
      if (!this.#take("{")) throw new Error("an exemplar without labels");
      this.#labels(Object.create(null));
      this.#number();
      this.#skip();
      if (this.#at < this.#text.length) this.#number();
    }
    this.#skip();
    if (this.#at < this.#text.length) throw new Error(`there is more than a sample: ${this.#rest()}`);
    return { name, labels, value };
  }

  /** Reads to the closing brace. Gives the metric's name where it is in there. */
  #labels(into: Record<string, string>): string | undefined {
    let metric: string | undefined;
    while (!this.#take("}")) {
      this.#skip();
      const isQuoted = this.#text[this.#at] === '"';
      const name = isQuoted ? this.#quoted() : this.#optional(NAME);
      if (name === undefined) throw new Error(`no label where one should be: ${this.#rest()}`);
      if (this.#take("=")) into[name] = this.#quoted();
      else if (isQuoted && metric === undefined) metric = name;
      else throw new Error(`the label ${name} has no value`);
      if (this.#take(",")) continue;
      if (!this.#take("}")) throw new Error(`labels that do not end: ${this.#rest()}`);
      break;
    }
    return metric;
  }

  #quoted(): string {
    if (!this.#take('"')) throw new Error(`no quote where one should be: ${this.#rest()}`);
    let value = "";
    for (;;) {
      const character = this.#text[this.#at++];
      if (character === undefined) throw new Error("a quoted text that does not end");
      if (character === '"') return value;
      if (character !== "\\") value += character;
      else value += unescaped(this.#text[this.#at++]);
    }
  }

  #number(): number {
    const text = this.#optional(NUMBER);
    if (text === undefined) throw new Error(`no number where one should be: ${this.#rest()}`);
    const infinite = /^([+-]?)inf(inity)?$/i.exec(text);
    if (infinite) return infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    if (/^[+-]?nan$/i.test(text)) return Number.NaN;
    const value = Number(text);
    if (Number.isNaN(value)) throw new Error(`${text.slice(0, 40)} is no number`);
    return value;
  }

  #take(character: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #optional(pattern: RegExp): string | undefined {
    this.#skip();
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #skip(): void {
    BLANK.lastIndex = this.#at;
    this.#at += BLANK.exec(this.#text)?.[0].length ?? 0;
  }

  #rest(): string {
    return JSON.stringify(this.#text.slice(this.#at, this.#at + 40));
  }
}

/** What is not escaped stays as it is. */
function unescaped(character: string | undefined): string {
  if (character === "n") return "\n";
  return character === "\\" || character === '"' ? character : `\\${character ?? ""}`;
}
