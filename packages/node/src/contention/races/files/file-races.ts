import { relative } from "node:path";
import type { Sop } from "@sop/core";
import { maskText } from "../../../forensics/mask.js";
import { type Actor, actorOf, stepOf } from "../actor.js";
import type { RaceBook } from "../race-book.js";
import { ReadWrite } from "../read-write.js";
import type { Operation } from "./operations.js";

const MAX_PATHS = 2_000;
const MAX_CHECKS = 64;
/** Milliseconds for which what was found is believed to be so. */
const BELIEVED = 30_000;
const MAX_TEXT = 262_144;
/** Bytes that are kept of files in a second; what comes beyond them is not followed. */
const PER_SECOND = 4_194_304;

interface Check {
  readonly actor: Actor;
  readonly at: number;
  readonly exists: boolean;
}

interface Change {
  readonly actor: Actor | undefined;
  readonly at: number;
}

/** What was seen of one path. */
interface Path {
  readonly checks: Map<object, Check>;
  /** The newest last. */
  readonly changes: Change[];
}

/** A call of a function of `node:fs` that is over. `error`: its code; empty where it did what it should. */
export interface FileCall {
  readonly operation: Exclude<Operation, "open" | "move" | "make_second">;
  readonly path: string;
  readonly actor: Actor | undefined;
  readonly error: string;
  /** What was read. */
  readonly content?: unknown;
  /** `version` of the path when the call began. */
  readonly version: number;
}

/** Sees files that a context found, or did not find, and that another one then took away or made; and updates of files that are lost. */
export class FileRaces {
  readonly #sop: Sop;
  readonly #book: RaceBook;
  readonly #paths: Map<string, Path> = new Map();
  readonly #contents: ReadWrite;

  constructor(sop: Sop, book: RaceBook) {
    this.#sop = sop;
    this.#book = book;
    this.#contents = new ReadWrite(sop, book, "file", shownPath, { text: textOf(), fromNothing: true });
  }

  /** How often the content of a path was written, as far as is known. */
  version(path: string): number {
    return this.#contents.version(path);
  }

  actor(): Actor | undefined {
    return actorOf(this.#sop);
  }

  /** A write begins: what it is based on was read before. */
  writes(actor: Actor | undefined, path: string, content: unknown): void {
    if (actor || this.#contents.knows(path)) this.#contents.write(actor, path, content);
  }

  /** A file took another one's place, with what had been written to it. */
  moved(actor: Actor | undefined, from: string, to: string): void {
    const content = this.#contents.written(from);
    if (content !== undefined) this.writes(actor, to, content);
    this.#contents.remove(from);
    this.#changed(actor, from);
    this.#changed(actor, to);
  }

  ended({ operation, path, actor, error, content, version }: FileCall): void {
    switch (operation) {
      case "check":
        if (actor && (error === "" || error === "ENOENT")) this.#checked(actor, path, error === "", version);
        break;
      case "read":
        if (actor && error === "") {
          this.#checked(actor, path, true, version);
          this.#contents.read(actor, path, content, version);
        } else this.#failed(actor, path, error, "ENOENT", true);
        if (actor && error === "ENOENT") this.#checked(actor, path, false, version);
        break;
      case "use":
        this.#failed(actor, path, error, "ENOENT", true);
        break;
      case "make":
        if (error === "") this.#changed(actor, path);
        else this.#failed(actor, path, error, "EEXIST", false);
        break;
      case "remove":
        if (error === "") this.#removed(actor, path);
        else this.#failed(actor, path, error, "ENOENT", true);
        break;
      case "write":
        if (error === "") this.#changed(actor, path);
    }
  }

  #removed(actor: Actor | undefined, path: string): void {
    this.#contents.remove(path);
    this.#changed(actor, path);
  }

  #checked(actor: Actor, path: string, exists: boolean, version: number): void {
    const { checks } = this.#path(path);
    checks.delete(actor.token);
    checks.set(actor.token, { actor, at: Date.now(), exists });
    const [oldest] = checks.keys();
    if (checks.size > MAX_CHECKS && oldest) checks.delete(oldest);
    if (!exists) this.#contents.read(actor, path, undefined, version);
  }

  #changed(actor: Actor | undefined, path: string): void {
    // What nobody asked for needs not to be known.
    const known = this.#paths.get(path);
    if (!known) return;
    known.changes.push({ actor, at: Date.now() });
    if (known.changes.length > 8) known.changes.shift();
  }

  /** It failed with a code which says that it is not any more as its context had found it. */
  #failed(actor: Actor | undefined, path: string, error: string, code: string, existed: boolean): void {
    const known = actor && error === code ? this.#paths.get(path) : undefined;
    const check = actor && known?.checks.get(actor.token);
    const now = Date.now();
    if (!actor || !known || !check || check.exists !== existed || now - check.at > BELIEVED) return;
    known.checks.delete(actor.token);
    const since = known.changes.filter(({ at }) => at >= check.at);
    // Who changed it himself knew of it.
    if (since.some((change) => change.actor?.token === actor.token)) return;
    const other = since.filter((change) => change.actor).at(-1);
    const between = other?.actor ? [stepOf(other.actor, "use", other.at)] : [];
    const steps = [stepOf(actor, "check", check.at), ...between, stepOf(actor, "use_failed", now)];
    this.#book.addIfHarmed(
      { kind: "time_of_check_to_time_of_use", store: "file", key: shownPath(path), steps },
      actor.context,
      now,
    );
  }

  #path(path: string): Path {
    const known = this.#paths.get(path);
    if (known) this.#paths.delete(path);
    const state = known ?? { checks: new Map(), changes: [] };
    this.#paths.set(path, state);
    const [oldest] = this.#paths.keys();
    if (this.#paths.size > MAX_PATHS && oldest !== undefined) this.#paths.delete(oldest);
    return state;
  }
}

function shownPath(path: string): string {
  const inside = relative(process.cwd(), path);
  return maskText(inside.startsWith("..") ? path : inside);
}

/** Makes contents to JSON: what is JSON already is kept, of other texts the lines. */
function textOf(): (content: unknown) => string | undefined {
  let second = 0;
  let left = 0;
  return (content) => {
    if (content === undefined) return "";
    const isBytes = content instanceof Uint8Array;
    if (typeof content !== "string" && !isBytes) return undefined;
    const now = Math.floor(Date.now() / 1_000);
    if (now !== second) left = PER_SECOND;
    second = now;
    left -= content.length;
    if (content.length > MAX_TEXT || left < 0) return undefined;
    const text = isBytes ? Buffer.from(content.buffer, content.byteOffset, content.length).toString("utf8") : content;
    if (text.includes("\0")) return undefined;
    return /^\s*(?:[[{]|-?\d+\s*$)/.test(text) ? text : JSON.stringify(text.split("\n"));
  };
}
