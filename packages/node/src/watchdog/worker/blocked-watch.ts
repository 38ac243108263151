import { lastWords } from "../beat.js";
import { readMainThread, type ThreadReading } from "../blocked/thread-state.js";
import type { Heart } from "./heart.js";
import type { WorkerParts } from "./parts.js";

/** Waits for a main thread that does not turn, and has it told why while it does not. */
export class BlockedWatch {
  readonly #parts: WorkerParts;
  readonly #heart: Heart;
  /** How the main thread was when it was first found silent. */
  #before: ThreadReading | undefined;
  #isLooking = false;
  /** Whether the log says that nothing can be recorded. */
  #isTold = false;
  #open: string | undefined;

  constructor(heart: Heart, parts: WorkerParts) {
    this.#heart = heart;
    this.#parts = parts;
  }

  /** The open incident, as the main thread says. */
  incident(id: string | undefined): void {
    this.#open = id;
  }

  /** To be called five times a second. `silent`: for how many milliseconds the main thread has been. */
  look(silent: number): void {
    if (silent === 0) this.#before = undefined;
    else this.#before ??= readMainThread(process.pid, this.#parts.now());
    const { blockedAfter } = this.#parts.start.settings;
    if (this.#isLooking || silent < blockedAfter || !this.#before || !this.#isHarm()) return;
    this.#isLooking = true;
    void this.#lookInto(Date.now() - silent, this.#before)
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        this.#isLooking = false;
      });
  }

  /** A service that got no request yet is starting, and one that drains is ending. */
  #isHarm(): boolean {
    const { state, opened } = lastWords(this.#parts.box);
    return state === "serving" && opened > 0;
  }

  async #lookInto(since: number, before: ThreadReading): Promise<void> {
    // Only now: while all is well none of it, nor of what it needs of Node, is in memory.
    const { reportBlocked } = await import("../blocked/report.js");
    await reportBlocked({
      parts: this.#parts,
      heart: this.#heart,
      open: () => this.#open,
      since,
      before,
      recorded: () => {
        this.#isTold = false;
      },
      failed: (error) => this.#failed(error),
    });
  }

  #failed(error: unknown): void {
    if (this.#isTold) return;
    this.#isTold = true;
    const reason = error instanceof Error ? error.message : String(error);
    const text = "watchdog: the main thread was silent, and it could not be recorded why";
    this.#parts.send({ kind: "tell", level: "error", fields: { reason }, text });
  }
}
