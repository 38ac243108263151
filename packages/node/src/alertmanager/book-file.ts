import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { threadId } from "node:worker_threads";
import { makeDirectory } from "../files/make-directory.js";
import { writeWhole, writeWholeLater } from "../forensics/write-whole.js";
import type { AlertBook, Entry } from "./book.js";
import { entriesOf, rendered } from "./stored.js";

/** A disk need not see each change of a burst. */
const PAUSE = 200;
const NAME = /^((\d+)(?:\.t\d+)?)(?:-\d+)?\.json$/;
// Threads of a process have its number, and each has memory of its own: none knows which files the others have open.
const WRITER = threadId === 0 ? `${process.pid}` : `${process.pid}.t${threadId}`;

// Two of one name in a thread must not write the same file, also where this module is there twice, as ESM and as CommonJS.
const KEY = Symbol.for("sop.alert-books");
const holder = globalThis as typeof globalThis & { [KEY]?: Set<string> };

/**
 * Keeps the book of a service on disk, one file for each thread of a process, replaced whole. A disk that fails costs nothing but the memory of a
 * restart, and is told once.
 */
export class BookFile {
  readonly #dir: string;
  readonly #prefix: string;
  readonly #path: string;
  readonly #maxBytes: number;
  readonly #open: Set<string>;
  readonly #failed: (reason: string) => void;
  #book: AlertBook | undefined;
  #isDirty = false;
  #isBusy = false;
  #isClosed = false;
  #hasFailed = false;
  #round = 0;

  constructor(dir: string, service: string, maxBytes: number, failed: (reason: string) => void) {
    holder[KEY] ??= new Set();
    this.#open = holder[KEY];
    this.#dir = dir;
    this.#prefix = `${word(service)}.${word(hostname())}.`;
    this.#maxBytes = maxBytes;
    this.#failed = failed;
    let path = join(dir, `${this.#prefix}${WRITER}.json`);
    for (let i = 2; this.#open.has(path); i++) path = join(dir, `${this.#prefix}${WRITER}-${i}.json`);
    this.#path = path;
    this.#open.add(path);
  }

  /** Reads what processes that are gone left behind, as alerts that ended with them, and keeps `book` from now on. */
  adopt(book: AlertBook): void {
    this.#book = book;
    const left = this.#leftBehind();
    for (const path of left) for (const entry of this.#read(path)) book.put(entry);
    if (left.length === 0) return;
    this.saveNow();
    if (this.#hasFailed) return;
    // Asked again: a thread that has just begun may have the name of one that is gone.
    for (const path of left) if (path !== this.#path && this.#isLeft(path)) rmSync(path, { force: true });
  }

  /** Writes soon, without blocking. */
  save(): void {
    this.#isDirty = true;
    if (this.#isBusy || this.#isClosed) return;
    this.#isBusy = true;
    setImmediate(() => void this.#write());
  }

  /** Writes before it returns. */
  saveNow(): void {
    this.#round++;
    this.#isDirty = false;
    try {
      if (this.#book?.size === 0) {
        rmSync(this.#path, { force: true });
      } else {
        makeDirectory(this.#dir);
        writeWhole(this.#path, this.#render());
      }
      this.#hasFailed = false;
    } catch (error) {
      this.#tell(error);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.saveNow();
    this.#open.delete(this.#path);
  }

  async #write(): Promise<void> {
    const round = ++this.#round;
    this.#isDirty = false;
    try {
      if (this.#book?.size === 0) {
        rmSync(this.#path, { force: true });
      } else {
        makeDirectory(this.#dir);
        await writeWholeLater(this.#path, this.#render(), () => this.#round !== round);
      }
      this.#hasFailed = false;
    } catch (error) {
      this.#tell(error);
    }
    setTimeout(() => {
      this.#isBusy = false;
      if (this.#isDirty) this.save();
    }, PAUSE).unref();
  }

  #render(): string {
    return rendered(this.#book?.entries ?? []);
  }

  #leftBehind(): string[] {
    try {
      return readdirSync(this.#dir)
        .filter((name) => name.startsWith(this.#prefix))
        .map((name) => join(this.#dir, name))
        .filter((path) => path === this.#path || this.#isLeft(path));
    } catch {
      return [];
    }
  }

  /** Whether nobody writes it any more. */
  #isLeft(path: string): boolean {
    const [, writer, pid] = NAME.exec(basename(path).slice(this.#prefix.length)) ?? [];
    if (writer === WRITER) return !this.#open.has(path);
    if (Number(pid) !== process.pid) return pid !== undefined && isGone(Number(pid));
    // Of another thread, or of an earlier process of our number, as in a container that was started again.
    const startedAt = Date.now() - process.uptime() * 1_000;
    return (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? startedAt) < startedAt;
  }

  #read(path: string): Entry[] {
    try {
      const { size, mtimeMs } = statSync(path);
      if (size > 4 * this.#maxBytes) throw new Error("it is too large");
      return entriesOf(readFileSync(path, "utf8"), mtimeMs);
    } catch (error) {
      this.#failed(`alerts of an earlier process are lost: ${path}: ${reasonOf(error)}`);
      return [];
    }
  }

  #tell(error: unknown): void {
    if (!this.#hasFailed) this.#failed(`alerts cannot be kept on disk: ${this.#path}: ${reasonOf(error)}`);
    this.#hasFailed = true;
  }
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

function word(text: string): string {
  return text.replace(/[^\w-]/g, "_").slice(0, 64);
}

function reasonOf(error: unknown): string {
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  return String(code ?? message ?? error);
}
