import type { RecordedFrame, RecordedPanic } from "../diagnosis.js";
import type { RecordedLock, RecordedPool, RecordedRace } from "./contention.js";
import type { Sample } from "./sample.js";

/** How requests of one route went; the figures of all routes that had any within the window. */
export interface RecordedRoute {
  readonly method: string;
  readonly route: string;
  /** Those without an end, and the age of the oldest of them in milliseconds. */
  readonly inFlight: number;
  readonly oldest: number;
  /** Those whose answer has begun and has no end yet: streams, downloads. */
  readonly streaming: number;
  readonly ended: number;
  /** 500 or more. */
  readonly failed: number;
  /** 408, 504, or a deadline of ours. */
  readonly timedOut: number;
  /** Their client left. */
  readonly canceled: number;
  /** Milliseconds, of those that ended other than by their client's leave; `undefined` where none did. */
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  /** Milliseconds since 1970 of the last one that ended with an answer below 500. */
  readonly lastOkAt: number | undefined;
  /** Median of the time after which clients left, and how far the middle half of them lies apart, in milliseconds. */
  readonly canceledAfter: number | undefined;
  readonly canceledSpread: number | undefined;
  /** The same figures before the trouble began, where there was such a time: what is normal for this route. */
  readonly baseline?: { readonly ended: number; readonly p50: number; readonly p99: number } | undefined;
}

/** How calls to one host went. */
export interface RecordedCalls {
  readonly host: string;
  readonly inFlight: number;
  /** Milliseconds. */
  readonly oldest: number;
  readonly started: number;
  readonly ended: number;
  readonly failed: number;
  readonly refused: number;
  readonly reset: number;
  readonly timedOut: number;
  readonly retried: number;
  /** Answers whose body nobody reads. */
  readonly unread: number;
  /** Calls that wait for a connection of their client's pool. */
  readonly queued: number;
  /** Milliseconds to the head of the answer; `undefined` where none came. */
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  /** Routes that call it, for the topology. */
  readonly from: readonly string[];
  readonly baseline?: { readonly ended: number; readonly p50: number; readonly perRequest: number } | undefined;
}

/** The JavaScript stack of a main thread that did not answer, taken from outside. */
export interface RecordedStack {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** For how long it had been silent, in milliseconds. */
  readonly silent: number;
  /** Topmost first; none where it was in native code. */
  readonly frames: readonly RecordedFrame[];
  /** The request whose code runs, where it could be told. */
  readonly requestId?: string | undefined;
  readonly method?: string | undefined;
  readonly route?: string | undefined;
  /** Whether it was taken where a native call came back: what called that is topmost of the application. */
  readonly isAfterNative?: boolean | undefined;
  /** What the kernel told of the thread, where there is no JavaScript to be seen. */
  readonly thread?:
    | {
        /** `busy`: it uses a processor; `waits`: for a call of the system; `collects`: garbage; `starved`: it got no processor. */
        readonly does: "busy" | "waits" | "collects" | "starved" | "stopped" | "untold";
        /** Share of a processor that it used while it was silent. */
        readonly cpu: number | undefined;
        /** A sentence for people. */
        readonly seen: string;
      }
    | undefined;
}

/** Something that was changed: a deploy, a configuration, a flag. */
export interface RecordedChange {
  readonly at: number;
  readonly kind: "deploy" | "config" | "flag" | "breaker";
  /** What, in a few words. */
  readonly what: string;
}

/** Where memory that is still alive was allocated. */
export interface RecordedAllocation {
  readonly frame: RecordedFrame;
  /** Sampled bytes that are alive, and by how much they grew within the window. */
  readonly bytes: number;
  readonly grown: number;
  /** By how much in the last part of it, where there was more than one: what has come to rest did not. */
  readonly lately?: number | undefined;
  /** The nearest caller of the application itself, where a dependency allocates. */
  readonly caller?: RecordedFrame | undefined;
  /** What keeps it, where that can be told: `listeners`, `timers`, `collection`, `array`, `buffers`, `streams`, `code`, `promises`. */
  readonly retained?: string | undefined;
}

/** How a process ended that cannot tell any more. */
export interface RecordedDeath {
  readonly at: number;
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** The last lines of its standard error, masked. */
  readonly stderr: readonly string[];
  /** How often it ended within its first seconds, one after the other. */
  readonly boots?: number | undefined;
  /** Whether the kernel was seen to kill a process of its control group for lack of memory at that time. */
  readonly oomKilled?: boolean | undefined;
}

/** What `diagnose` looks at: a window of what was recorded, nothing else. Lists that nobody recorded are not there. */
export interface RecordedWindow {
  readonly panics: readonly RecordedPanic[];
  /** Requests in flight when the window ended. */
  readonly inFlight: number;
  /** Names of evidence that could not be had. */
  readonly missing: readonly string[];
  /** Milliseconds since 1970: when what is to be explained was first seen. */
  readonly troubleAt?: number | undefined;
  /** Milliseconds since 1970: when the process was started. */
  readonly startedAt?: number | undefined;
  /** The oldest first. */
  readonly samples?: readonly Sample[] | undefined;
  readonly routes?: readonly RecordedRoute[] | undefined;
  readonly calls?: readonly RecordedCalls[] | undefined;
  readonly pools?: readonly RecordedPool[] | undefined;
  readonly locks?: readonly RecordedLock[] | undefined;
  readonly races?: readonly RecordedRace[] | undefined;
  readonly stacks?: readonly RecordedStack[] | undefined;
  readonly changes?: readonly RecordedChange[] | undefined;
  readonly allocations?: readonly RecordedAllocation[] | undefined;
  /** Names of warnings with how often each came. */
  readonly warnings?: Readonly<Record<string, number>> | undefined;
  readonly death?: RecordedDeath | undefined;
}
