import type { RecordedStack } from "@sop/core";
import type { Heart } from "../worker/heart.js";
import type { Stop, StoppedFrame } from "./main-debugger.js";
import { isStall, type Silence, silenceOf, wordsFor } from "./silence.js";
import type { ThreadReading } from "./thread-state.js";

/** What a block is looked at with. */
export interface BlockParts {
  readonly heart: Pick<Heart, "beats" | "look">;
  /** Milliseconds, of a clock that never steps. */
  now(): number;
  sleep(ms: number): Promise<void>;
  /** The main thread as the kernel sees it. */
  thread(): ThreadReading;
  /** The debugger's view of it; a sentence where there can be none. */
  open(): { stop(limit: number): Promise<Stop | undefined>; close(): void } | string;
  /** A stack with the packages of its files. */
  frames(frames: readonly StoppedFrame[], isAfterNative: boolean): RecordedStack["frames"];
  readonly isInspected: boolean;
  /** Resident bytes of the process. */
  resident(): number | undefined;
  /** Told of what is known so far, each time there is more: it is a stall. */
  known(stacks: readonly RecordedStack[]): void;
}

/** How long a thread that runs JavaScript may take to stop. */
const LIMIT = 500;
/** The first stacks come one after the other; then fewer, for as long as it is blocked. */
const FIRST = 4;
const BETWEEN = 150;
const LATER = [2_000, 5_000, 10_000, 30_000];
const MOST = 12;
const STEP = 100;
/** After a collection of garbage it is a stall when the thread has been silent for so long again. */
const RECOVERED = 1_000;

/** Looks into a main thread that is silent, until it beats again. `before`: how it was when it last did. Returns what was seen. */
export async function lookInto(parts: BlockParts, before: ThreadReading): Promise<readonly RecordedStack[]> {
  const { heart, now } = parts;
  const { beats } = heart;
  const isOver = (): boolean => heart.beats !== beats;
  const stacks: RecordedStack[] = [];
  const opened = parts.open();
  let [view, why] = typeof opened === "string" ? [undefined, opened] : [opened, undefined];
  let isNative = false;
  let collectedAt = Number.NEGATIVE_INFINITY;
  try {
    while (!isOver()) {
      const stop = view && (await view.stop(LIMIT));
      // What it does once it turns again is nobody's business.
      if (isOver()) break;
      const { isInspected } = parts;
      const around = { isInspected, isInJavaScript: stop !== undefined, resident: parts.resident() };
      const silence = silenceOf(before, parts.thread(), around);
      if (silence.kind === "collects") collectedAt = now();
      const about = { at: Date.now(), silent: Math.round(heart.look()) };
      const isNews = stop !== undefined || stacks.at(-1)?.thread?.does !== silence.kind;
      // JavaScript that is seen says what it does, unless the machine keeps it from running.
      const thread = told(silence, why);
      if (stop) put(stacks, { ...about, ...seenAt(stop, isNative, parts), ...(!isStall(silence) && { thread }) });
      else if (isNews) put(stacks, { ...about, frames: [], thread });
      isNative = stop === undefined;
      if (stop?.isOutOfMemory) {
        view?.close();
        [view, why] = [undefined, "the heap is at its limit, which a debugger would raise"];
      }
      // A thread that goes on after a collection has not been long at it.
      if (isNews && isStall(silence) && now() - collectedAt >= RECOVERED) parts.known([...stacks]);
      // The question stays until it is back from native code.
      if (isNative && view) continue;
      await pause(
        stacks.length < FIRST ? BETWEEN : (LATER[Math.min(stacks.length - FIRST, LATER.length - 1)] as number),
      );
    }
  } finally {
    view?.close();
  }
  return stacks;

  async function pause(ms: number): Promise<void> {
    const until = now() + ms;
    while (!isOver() && now() < until) {
      await parts.sleep(STEP);
      heart.look();
    }
  }
}

/** The first ones stay, and the newest. */
function put(stacks: RecordedStack[], stack: RecordedStack): void {
  if (stacks.length === MOST) stacks.splice(FIRST, 1);
  stacks.push(stack);
}

function seenAt(
  { frames, running }: Stop,
  isAfterNative: boolean,
  parts: BlockParts,
): Omit<RecordedStack, "at" | "silent"> {
  return {
    frames: parts.frames(frames, isAfterNative),
    requestId: running?.id,
    method: running?.method,
    route: running?.route,
    ...(isAfterNative && { isAfterNative }),
  };
}

function told(silence: Silence, why: string | undefined): RecordedStack["thread"] {
  const cpu = "cpu" in silence ? silence.cpu : undefined;
  return { does: silence.kind, cpu, seen: why === undefined ? wordsFor(silence) : `${why}: ${wordsFor(silence)}` };
}
