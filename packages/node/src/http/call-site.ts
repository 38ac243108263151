import { type Frame, isApplicationFrame, parseStack } from "@sop/core";

/** Between the application and the channel lie up to 20 frames of undici's `fetch`, and then those of the user's own client. */
const DEPTH = 50;
const PER_SECOND = 100;

/** The stack of a call, captured in the channel's subscriber. It is written out only when it is asked for. */
export class CallSite {
  readonly #error: Error;
  #frames: readonly Frame[] | undefined;

  constructor(depth: number = DEPTH) {
    const usual = Error.stackTraceLimit;
    // Where the intrinsics are frozen neither does anything.
    Reflect.set(Error, "stackTraceLimit", depth);
    this.#error = new Error();
    Reflect.set(Error, "stackTraceLimit", usual);
  }

  /** The topmost frame of the application; without one that of the library which made the call. */
  get frame(): Frame | undefined {
    if (this.wasQueued) return undefined;
    return this.#read().find(isApplicationFrame) ?? this.#caller;
  }

  /** Whether the application made the call itself, and no library for it that may have timers of its own. */
  get isDirect(): boolean {
    const caller = this.#caller;
    return caller !== undefined && isApplicationFrame(caller);
  }

  /**
   * Whether the call waited in a pool of undici: it then goes on from another one's answer, in whose request the code runs, too
   * (undici 6 and 7; later ones go back to the right one).
   */
  get wasQueued(): boolean {
    const names = this.#read().map((frame) => frame.function ?? "");
    return names.some((name) => name.includes("onDrain")) && !names.some((name) => name.includes("runInAsyncScope"));
  }

  get #caller(): Frame | undefined {
    return this.#read().find(({ file }) => !file.startsWith("node:"));
  }

  #read(): readonly Frame[] {
    if (this.#frames) return this.#frames;
    const { stack } = this.#error as { readonly stack: unknown };
    const frames = parseStack(typeof stack === "string" ? stack : "");
    // What lies above the channel is the subscriber.
    this.#frames = frames.slice(frames.findIndex(({ file }) => file === "node:diagnostics_channel") + 1);
    return this.#frames;
  }
}

/** Captures at most 100 stacks a second: to know where calls are made, not each of them has to be looked at. */
export class StackBudget {
  #second = 0;
  #left = PER_SECOND;

  /** The stack of the running code; `undefined` where the second's share is used up. `now` in milliseconds. */
  take(now: number): CallSite | undefined {
    const second = Math.floor(now / 1_000);
    if (second !== this.#second) this.#left = PER_SECOND;
    this.#second = second;
    return this.#left-- > 0 ? new CallSite() : undefined;
  }
}
