import { relative } from "node:path";
import { isApplicationFrame, parseStack } from "@sop/core";
import { textOf } from "../http/stack.js";

const DEPTH = 12;
const PER_SECOND = 20;
const MAX_NAMES = 200;

/** Where the application stood. The stack is written out only when it is asked for. */
export class Site {
  readonly #error: { readonly stack?: unknown };
  #text: string | undefined;

  /** `above`: the function that the application called; it and what it called are left out. */
  constructor(above: (...args: never[]) => unknown, depth: number = DEPTH) {
    const usual = Error.stackTraceLimit;
    const error = {};
    // Where the intrinsics are frozen neither does anything.
    Reflect.set(Error, "stackTraceLimit", depth);
    Error.captureStackTrace(error, above);
    Reflect.set(Error, "stackTraceLimit", usual);
    this.#error = error;
  }

  /** `file:line:column`, relative to the working directory; the topmost frame of the application, else of a library. */
  get text(): string | undefined {
    if (this.#text !== undefined) return this.#text || undefined;
    const frames = parseStack(textOf(this.#error));
    const frame = frames.find(isApplicationFrame) ?? frames.find(({ file }) => !file.startsWith("node:"));
    this.#text = frame ? `${shortened(frame.file)}:${frame.line}:${frame.column}` : "";
    return this.#text || undefined;
  }
}

function shortened(file: string): string {
  const inside = relative(process.cwd(), file);
  return inside.startsWith("..") ? file : inside;
}

/** Captures at most 20 stacks a second for each name: a lock that is taken all the time is known from a few of them. */
export class SiteBudget {
  readonly #names = new Map<string, { second: number; left: number }>();

  /** `now` in milliseconds. `undefined` where the name's share is used up; names beyond the first 200 have one share together. */
  take(name: string, now: number, above: (...args: never[]) => unknown): Site | undefined {
    const second = Math.floor(now / 1_000);
    const share = this.#shareOf(name);
    if (share.second !== second) share.left = PER_SECOND;
    share.second = second;
    if (share.left <= 0) return undefined;
    share.left--;
    return new Site(above);
  }

  #shareOf(name: string): { second: number; left: number } {
    const known = this.#names.get(name);
    if (known) return known;
    const key = this.#names.size < MAX_NAMES ? name : "";
    const share = this.#names.get(key) ?? { second: 0, left: PER_SECOND };
    this.#names.set(key, share);
    return share;
  }
}
