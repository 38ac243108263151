import type { IncidentFolder } from "./incident-folder.js";

// The first sign of an incident is followed by others: they are written together, and no more often than this.
const PAUSE = 200;

/** Writes incidents one after the other beside the running requests; at once where the process is about to end. */
export class WriteQueue {
  readonly #waiting = new Set<IncidentFolder>();
  #current: IncidentFolder | undefined;
  #isBusy = false;

  /** Writes soon, without blocking. */
  later(folder: IncidentFolder): void {
    this.#waiting.add(folder);
    if (this.#isBusy) return;
    this.#isBusy = true;
    // In the next turn, when the failing request is known too.
    setImmediate(() => void this.#run());
  }

  /** Writes before it returns. */
  now(folder: IncidentFolder): void {
    this.#waiting.delete(folder);
    folder.writeNow();
  }

  /** Writes all that waits or is being written, before it returns. */
  flush(): void {
    if (this.#current) this.#waiting.add(this.#current);
    for (const folder of this.#waiting) this.now(folder);
  }

  async #run(): Promise<void> {
    for (const folder of this.#waiting) {
      this.#waiting.delete(folder);
      this.#current = folder;
      await folder.write();
    }
    this.#current = undefined;
    setTimeout(() => this.#rest(), PAUSE).unref();
  }

  #rest(): void {
    this.#isBusy = false;
    const [folder] = this.#waiting;
    if (folder) this.later(folder);
  }
}
