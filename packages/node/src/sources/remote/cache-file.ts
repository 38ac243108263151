import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Clock, ConfigSnapshot, FlagValue, TimerHandle } from "@sop/core";
import { makeDirectory } from "../../files/make-directory.js";
import { writeWhole, writeWholeLater } from "../../forensics/write-whole.js";

const SCHEMA = "sop.source/1";
/** Changes come in bursts; a disk need not see all of them. */
const SETTLE = 1_000;
const NEWLINE = 10;

interface Head {
  readonly schema: string;
  readonly scope: string;
  readonly revision: string;
  readonly sha256: string;
}

/** What a cache file holds: the last known flags, nothing, or something that must not be used. */
export type Cached = ConfigSnapshot | { readonly problem: string } | undefined;

/**
 * Keeps the last known flags of a source across a restart. Two lines of JSON: the head with a checksum, and the flags. The file is
 * replaced whole, and for its owner only. A disk that fails is one message, and no flag depends on it.
 */
export class CacheFile {
  readonly #path: string;
  readonly #scope: string;
  readonly #maxBytes: number;
  readonly #clock: Clock;
  readonly #failed: () => void;
  #unsaved: ConfigSnapshot | undefined;
  #timer: TimerHandle | undefined;
  #isClosed = false;

  /** Why it could not be written the last time. */
  problem: string | undefined;

  /** `scope` is whose flags they are; `failed` is called when `problem` is another than before. */
  constructor(path: string, scope: string, maxBytes: number, clock: Clock, failed: () => void) {
    this.#path = path;
    this.#scope = createHash("sha256").update(scope).digest("hex").slice(0, 16);
    this.#maxBytes = maxBytes;
    this.#clock = clock;
    this.#failed = failed;
  }

  load(): Cached {
    try {
      if (statSync(this.#path).size > 2 * this.#maxBytes) return { problem: this.#says("it is too large") };
      return this.#parse(readFileSync(this.#path));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === "ENOENT" ? undefined : { problem: this.#says(`it cannot be read (${code ?? "it is damaged"})`) };
    }
  }

  /** Is written soon, unless something newer comes. */
  save(snapshot: ConfigSnapshot): void {
    this.#unsaved = snapshot;
    this.#timer ??= this.#clock.setTimeout(() => void this.#write(), SETTLE);
  }

  /** Writes at once what waits, and nothing afterwards. */
  close(): void {
    this.#isClosed = true;
    this.#clock.clearTimeout(this.#timer);
    if (this.#unsaved === undefined) return;
    try {
      makeDirectory(dirname(this.#path));
      writeWhole(this.#path, this.#render(this.#unsaved));
    } catch (error) {
      this.#tell(error);
    }
  }

  async #write(): Promise<void> {
    const snapshot = this.#unsaved;
    if (snapshot === undefined) return;
    try {
      makeDirectory(dirname(this.#path));
      await writeWholeLater(this.#path, this.#render(snapshot), () => this.#isClosed);
      this.problem = undefined;
    } catch (error) {
      this.#tell(error);
    }
    this.#timer = undefined;
    if (this.#isClosed) return;
    if (this.#unsaved === snapshot) this.#unsaved = undefined;
    else if (this.#unsaved) this.save(this.#unsaved);
  }

  #tell(error: unknown): void {
    const before = this.problem;
    this.problem = this.#says(`it cannot be written (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
    if (this.problem !== before) this.#failed();
  }

  #says(what: string): string {
    return `cache file ${this.#path}: ${what}`;
  }

  #render({ revision, flags }: ConfigSnapshot): string {
    const body = JSON.stringify(flags);
    const head: Head = { schema: SCHEMA, scope: this.#scope, revision, sha256: sha256(body) };
    return `${JSON.stringify(head)}\n${body}`;
  }

  #parse(data: Buffer): Cached {
    const end = data.indexOf(NEWLINE);
    const head = JSON.parse(data.toString("utf8", 0, end)) as Partial<Head>;
    const body = data.toString("utf8", end + 1);
    if (head.schema !== SCHEMA) return { problem: this.#says(`it is not of the form ${SCHEMA}`) };
    if (head.sha256 !== sha256(body)) return { problem: this.#says("its checksum is wrong") };
    // The same file name, but other flags: those of another place, or of before a move.
    if (head.scope !== this.#scope) return undefined;
    return { revision: String(head.revision), flags: JSON.parse(body) as Record<string, FlagValue> };
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
