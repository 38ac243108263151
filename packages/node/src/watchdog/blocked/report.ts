import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { OpenedIncident, RecordedStack } from "@sop/core";
import { lastWords } from "../beat.js";
import type { Heart } from "../worker/heart.js";
import type { WorkerParts } from "../worker/parts.js";
import { mayOpen } from "../worker/refused.js";
import { lastOf, sampledWindow } from "../worker/window.js";
import { lookInto } from "./block.js";
import { MainDebugger } from "./main-debugger.js";
import { writeBlocked } from "./record.js";
import { recordStack } from "./recorded-stack.js";
import { readMainThread, type ThreadReading } from "./thread-state.js";

/** A main thread that was found silent. */
export interface Silent {
  readonly parts: WorkerParts;
  readonly heart: Heart;
  /** The open incident, as the main thread said. */
  open(): string | undefined;
  /** Milliseconds since 1970: when the silence began. */
  readonly since: number;
  /** How the thread was when it was first found silent. */
  readonly before: ThreadReading;
  /** A stack is on disk. */
  recorded(): void;
  /** It is not, and why. What comes after it is tried as well. */
  failed(error: unknown): void;
}

/** Looks into a main thread that is silent until it beats again, and has each stack written into its incident at once. */
export async function reportBlocked({ parts, heart, open, since, before, recorded, failed }: Silent): Promise<void> {
  const { box, sampler, start, now, send } = parts;
  const { isInspected } = lastWords(box);
  let incident: OpenedIncident | undefined;
  let isRefused = false;
  const known = (stacks: readonly RecordedStack[]): void => {
    if (isRefused) return;
    const joined = incident === undefined ? open() : undefined;
    if (incident === undefined && joined === undefined) {
      isRefused = !mayOpen(parts);
      if (isRefused) return;
      incident = newIncident();
    }
    // First: it waits for the main thread, whatever becomes of the disk.
    send({ kind: "blocked", incident, blocked: { since, stacks } });
    const place = incident ?? { id: joined as string, at: Date.now() };
    try {
      writeBlocked(start, box, place, { ...sampledWindow(parts), stacks, troubleAt: since });
      recorded();
    } catch (error) {
      failed(error);
    }
  };
  await lookInto(
    {
      heart,
      now,
      sleep: (ms) => sleep(ms),
      thread: () => readMainThread(process.pid, now()),
      open: () => viewOf(isInspected, start.settings.stacks),
      frames: (frames, isAfterNative) => recordStack(frames, start.origin.entry, isAfterNative),
      isInspected,
      resident: () => lastOf(sampler.recent(Date.now() - 5_000), "rss_bytes"),
      known,
    },
    before,
  );
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
