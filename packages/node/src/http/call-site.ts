import { type Frame, isApplicationFrame, parseStack } from "@sop/core";
import { isQueued } from "./pool-queue.js";
import { errorOf, textOf } from "./stack.js";

/** Between the application and the channel lie up to 20 frames of undici's `fetch`, and then those of the user's own client. */
const DEPTH = 50;
const PER_SECOND = 10;
const MAX_HOSTS = 100;

/** The stack of a call, captured in the channel's subscriber. It is written out only when it is asked for. */
export class CallSite {
  readonly #error: Error;
  #frames: readonly Frame[] | undefined;

  constructor() {
    this.#error = errorOf(DEPTH);
  }

  /** The topmost frame of the application; without one that of the library which made the call. */
  get frame(): Frame | undefined {
    // Out of the queue of a pool the running code is another call's.
    if (isQueued(textOf(this.#error))) return undefined;
    return this.#read().find(isApplicationFrame) ?? this.#caller;
  }

  /** Whether the application made the call itself, and no library for it that may have timers of its own. */
  get isDirect(): boolean {
    const caller = this.#caller;
    return caller !== undefined && isApplicationFrame(caller);
  }

  get #caller(): Frame | undefined {
    return this.#read().find(({ file }) => !file.startsWith("node:"));
  }

  #read(): readonly Frame[] {
    if (this.#frames) return this.#frames;
    const frames = parseStack(textOf(this.#error));
    // What lies above the channel is the subscriber.
    this.#frames = frames.slice(frames.findIndex(({ file }) => file === "node:diagnostics_channel") + 1);
    return this.#frames;
  }
}

/** Captures at most 10 stacks a second for each host: to know where calls are made, not each of them has to be looked at. */
export class StackBudget {
  readonly #hosts = new Map<string, { second: number; left: number }>();

  /** The stack of the running code; `undefined` where the host's share is used up. `now` in milliseconds. */
  take(host: string, now: number): CallSite | undefined {
    const second = Math.floor(now / 1_000);
    const share = this.#shareOf(host);
    if (second !== share.second) share.left = PER_SECOND;
    share.second = second;
    return share.left-- > 0 ? new CallSite() : undefined;
  }

  /** Hosts beyond the first 100 have one share together. */
  #shareOf(host: string): { second: number; left: number } {
    const name = this.#hosts.size < MAX_HOSTS || this.#hosts.has(host) ? host : "";
    const share = this.#hosts.get(name) ?? { second: 0, left: PER_SECOND };
    this.#hosts.set(name, share);
    return share;
  }
}
