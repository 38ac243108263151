import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";

/** Watches the directory of one file: a file that is put in place by a rename is another one than before. */
export class DirectoryWatch {
  readonly #path: string;
  readonly #seen: () => void;
  #watcher: FSWatcher | undefined;

  /** `seen` is called when the file may have changed. */
  constructor(path: string, seen: () => void) {
    this.#path = path;
    this.#seen = seen;
  }

  /** Watches, where it does not already; a directory that is not there is looked for again at the next call. */
  start(): void {
    if (this.#watcher) return;
    try {
      this.#watcher = watch(dirname(this.#path), { persistent: false }, (_event, file) => {
        if (this.#isMine(file)) this.#seen();
      });
      this.#watcher.on("error", () => this.stop());
    } catch {
      this.#watcher = undefined;
    }
  }

  stop(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  // Kubernetes puts a new version in place by renaming a link beside it, `..data`.
  #isMine(file: string | null): boolean {
    return file === null || file === basename(this.#path) || file.startsWith("..");
  }
}
