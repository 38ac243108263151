import { createHash } from "node:crypto";
import { type FSWatcher, watch } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import type { ConfigSource, ConfigUpdate } from "@sop/core";
import { readFlags } from "./flag-file.js";

/** Options of {@link fileSource}. */
export interface FileSourceOptions {
  /** What the source is called in logs and changes. Default: `file`. */
  readonly name?: string;
  /** How often the file is looked at besides the watch, in milliseconds: some file systems tell nothing. Default: 1,000. */
  readonly interval?: number;
}

/**
 * Flags from the `flags:` of a YAML file (1.2, core schema), watched: a save is in force in milliseconds, without a restart.
 * Values are plain, or flagd's definitions, of which the default variant counts. A file that is missing, half-written or
 * invalid leaves the last good state in force, and is one warning that names file, line and reason.
 */
export function fileSource(path: string, { name = "file", interval = 1_000 }: FileSourceOptions = {}): ConfigSource {
  const file = resolve(path);
  return {
    name,
    async *watch(signal): AsyncIterable<ConfigUpdate> {
      const bell = new Bell(file, interval);
      signal.addEventListener("abort", () => bell.stop(), { once: true });
      let last: string | undefined;
      while (!signal.aborted) {
        const update = await read(file);
        const seen = update.state === "READY" ? update.snapshot.revision : update.problem;
        if (seen !== last) yield update;
        last = seen;
        await bell.rung();
      }
    },
  };
}

async function read(file: string): Promise<ConfigUpdate> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    return { state: "STALE", problem: `${file}: ${(error as NodeJS.ErrnoException).code ?? "cannot be read"}` };
  }
  const found = readFlags(text);
  if ("problem" in found) return { state: "ERROR", problem: `${file}:${found.line}: ${found.problem}` };
  return {
    state: "READY",
    snapshot: { revision: createHash("sha256").update(text).digest("hex").slice(0, 12), flags: found.flags },
  };
}

/** Rings when something happened in the file's folder, or when it is time to look again. */
class Bell {
  readonly #timer: NodeJS.Timeout;
  #watcher: FSWatcher | undefined;
  #wake: (() => void) | undefined;
  #pending = false;

  constructor(file: string, interval: number) {
    // The folder, not the file: editors and Kubernetes put another file in its place.
    try {
      this.#watcher = watch(dirname(file), { persistent: false }, (_event, changed) => {
        if (changed === null || changed === basename(file) || changed.startsWith("..")) this.#ring();
      }).on("error", () => this.#watcher?.close());
    } catch {
      this.#watcher = undefined;
    }
    this.#timer = setInterval(() => this.#ring(), interval).unref();
  }

  async rung(): Promise<void> {
    if (!this.#pending) {
      await new Promise<void>((done) => {
        this.#wake = done;
      });
    }
    this.#pending = false;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#watcher?.close();
    this.#ring();
  }

  #ring(): void {
    this.#pending = true;
    this.#wake?.();
  }
}
