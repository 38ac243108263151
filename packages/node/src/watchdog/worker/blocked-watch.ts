import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { OpenedIncident, RecordedStack } from "@sop/core";
import { lastWords } from "../beat.js";
import { lookInto } from "../blocked/block.js";
import { MainDebugger } from "../blocked/main-debugger.js";
import { readMainThread, type ThreadReading } from "../blocked/thread-state.js";
import type { Heart } from "./heart.js";
import type { WorkerParts } from "./parts.js";
import { mayOpen } from "./refused.js";
import { lastOf, sampledWindow } from "./window.js";

/** Waits for a main thread that does not turn, and tells why while it does not. */
export class BlockedWatch {
  readonly #parts: WorkerParts;
  readonly #heart: Heart;
  /** How the main thread was when it was first found silent. */
  #before: ThreadReading | undefined;
  #isLooking = false;
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
    else this.#before ??= this.#thread();
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
    const { box, sampler, start, now, send } = this.#parts;
    const { isInspected } = lastWords(box);
    // Only now: while all is well none of it is in memory.
    const [{ writeBlocked }, { recordStack }] = await Promise.all([
      import("../blocked/record.js"),
      import("../blocked/recorded-stack.js"),
    ]);
    let incident: OpenedIncident | undefined;
    let isRefused = false;
    const known = (stacks: readonly RecordedStack[]): void => {
      if (isRefused) return;
      const joined = incident === undefined ? this.#open : undefined;
      if (incident === undefined && joined === undefined) {
        isRefused = !mayOpen(this.#parts);
        if (isRefused) return;
        incident = newIncident();
      }
      // First: it waits for the main thread, whatever becomes of the disk.
      send({ kind: "blocked", incident, blocked: { since, stacks } });
      const place = incident ?? { id: joined as string, at: Date.now() };
      writeBlocked(start, box, place, { ...sampledWindow(this.#parts), stacks, troubleAt: since });
    };
    await lookInto(
      {
        heart: this.#heart,
        now,
        sleep: (ms) => sleep(ms),
        thread: () => this.#thread(),
        open: () => viewOf(isInspected, start.settings.stacks),
        frames: (frames, isAfterNative) => recordStack(frames, start.origin.entry, isAfterNative),
        isInspected,
        resident: () => lastOf(sampler.recent(Date.now() - 5_000), "rss_bytes"),
        known,
      },
      before,
    );
  }

  #thread(): ThreadReading {
    return readMainThread(process.pid, this.#parts.now());
  }

  #failed(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    const text = "watchdog: the main thread was silent, and it could not be recorded why";
    this.#parts.send({ kind: "tell", level: "error", fields: { reason }, text });
  }
}

function viewOf(isInspected: boolean, isWanted: boolean): MainDebugger | string {
  if (!isWanted) return "stacks are off";
  if (isInspected) return "an inspector is open, whose session is left alone";
  try {
    return new MainDebugger();
  } catch (error) {
    return `no stack can be taken (${error instanceof Error ? error.message : String(error)})`;
  }
}

function newIncident(): OpenedIncident {
  const at = Date.now();
  // As the core's: it sorts by time.
  const id = `${new Date(at).toISOString().replace(/[-:]|\.\d+/g, "")}-${randomBytes(3).toString("hex")}`;
  return { id, at };
}
