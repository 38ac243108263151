import type { ThreadReading } from "./thread-state.js";

/** What a main thread does that has been silent for a while, as far as it can be told from outside. */
export type Silence =
  /** It uses the processor: JavaScript, or native code. */
  | { readonly kind: "busy"; readonly cpu: number }
  /** It sleeps in a call of the system: a child process, a file, a lock. */
  | { readonly kind: "waits"; readonly cpu: number; readonly waitsIn: string | undefined }
  /** It is busy in no JavaScript, the heap is large, and other threads of the process help it: V8 collects garbage. */
  | { readonly kind: "collects"; readonly cpu: number; readonly helpers: number }
  /** It is ready to run, and the machine does not let it. */
  | { readonly kind: "starved"; readonly cpu: number; readonly queued: number }
  /** Somebody stopped it: by a signal, or with a debugger. */
  | { readonly kind: "stopped" }
  /** The kernel tells nothing of it. */
  | { readonly kind: "untold" };

/** What is known beside the two readings. */
export interface Surroundings {
  /** Whether it was seen to run JavaScript. */
  readonly isInJavaScript: boolean;
  /** Whether an inspector listens, which a person may have stopped it with. */
  readonly isInspected: boolean;
  /** Resident bytes of the process. */
  readonly resident: number | undefined;
}

/** A thread that wants less than this share of a processor waits. */
const IDLE = 0.25;
/** One that gets less, though it is ready for most of the time, is kept from running by the machine. */
const STARVED = 0.1;
const READY = 0.6;
/** A process that is smaller has a heap that is collected in less than a second. */
const LARGE = 192 * 2 ** 20;
/** V8's helpers take at least half of what the main thread takes for a collection. */
const HELPERS = 0.5;

/** Says what kind of silence lies between two readings of the main thread. */
export function silenceOf(from: ThreadReading, to: ThreadReading, around: Surroundings): Silence {
  const { isInJavaScript, isInspected, resident } = around;
  const time = to.at - from.at;
  if (to.state === "T" || to.state === "t") return { kind: "stopped" };
  if (time <= 0 || from.ran === undefined || to.ran === undefined) return { kind: "untold" };
  const cpu = share(to.ran - from.ran, time);
  const queued = share((to.queued ?? 0) - (from.queued ?? 0), time);
  const all = share((to.all ?? 0) - (from.all ?? 0), time);
  if (cpu < STARVED && queued >= READY) return { kind: "starved", cpu, queued };
  if (isInJavaScript) return { kind: "busy", cpu };
  // A debugger keeps a thread asleep in the middle of its code.
  if (cpu + queued < IDLE) return isInspected ? { kind: "stopped" } : { kind: "waits", cpu, waitsIn: to.waitsIn };
  const helpers = share(Math.max(0, all - cpu), 1);
  if ((resident ?? 0) >= LARGE && helpers >= cpu * HELPERS) return { kind: "collects", cpu, helpers };
  return { kind: "busy", cpu };
}

function share(part: number, time: number): number {
  return Math.round((part / time) * 100) / 100;
}

/** Whether it is a stall of the event loop: something that the application does, and that keeps its loop from turning. */
export function isStall({ kind }: Silence): boolean {
  return kind === "busy" || kind === "waits" || kind === "untold";
}

/** One sentence for people on where the thread is, where there is no JavaScript to be seen. */
export function wordsFor(silence: Silence): string {
  const inNative = "in native code; no JavaScript stack";
  switch (silence.kind) {
    case "busy":
      return `${inNative}: the thread is busy (${percent(silence.cpu)} of a processor)`;
    case "waits":
      return `${inNative}: the thread sleeps${silence.waitsIn === undefined ? "" : ` in ${silence.waitsIn}`} (${percent(silence.cpu)} of a processor)`;
    case "collects":
      return `${inNative}: garbage is collected (helpers use ${percent(silence.helpers)} of a processor)`;
    case "starved":
      return `the thread is ready to run and got no processor for ${percent(silence.queued)} of the time`;
    case "stopped":
      return "the thread is stopped";
    case "untold":
      return inNative;
  }
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
