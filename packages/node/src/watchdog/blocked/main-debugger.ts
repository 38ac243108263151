import { type Debugger, type Runtime, Session } from "node:inspector";
import { fileURLToPath } from "node:url";
import { ASK_RUNNING, type RunningRequest } from "../running.js";

/** One line of the stack of a thread that was stopped. */
export interface StoppedFrame {
  readonly function: string | undefined;
  /** Path or URL of the file. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Where the main thread was when it was stopped for a moment. */
export interface Stop {
  /** Topmost first. */
  readonly frames: readonly StoppedFrame[];
  readonly running: RunningRequest | undefined;
  /** Whether it stopped by itself, as its heap had come to its limit. */
  readonly isOutOfMemory: boolean;
}

const MOST_FRAMES = 64;

/**
 * The debugger's view of the main thread, from another one. A thread that is stopped goes on at once: who asked has its stack by then. One that
 * runs native code stops when it is back in JavaScript; until then the question stays, and ends with `close`.
 */
export class MainDebugger {
  readonly #session = new Session();
  readonly #files = new Map<string, string>();
  #waiting: ((stop: Stop) => void) | undefined;
  #isAsked = false;
  #late: Stop | undefined;
  #hasAnswered = false;

  /** Throws where the runtime has no inspector, or permits none. */
  constructor() {
    const session = this.#session;
    session.connectToMainThread();
    session.on("Debugger.scriptParsed", ({ params }) => {
      this.#hasAnswered = true;
      this.#files.set(params.scriptId, params.url);
    });
    session.on("Debugger.paused", ({ params }) => this.#paused(params.callFrames, params.reason === "OOM"));
    // Nothing is kept of the scripts.
    session.post("Debugger.enable", { maxScriptsCacheSize: 0 });
  }

  /** Where the main thread is; `undefined` where it does not run JavaScript within `limit` milliseconds, or twice that where it has answered. */
  stop(limit: number): Promise<Stop | undefined> {
    return new Promise((resolve) => {
      const settle = (stop?: Stop): void => {
        clearTimeout(timer);
        this.#waiting = undefined;
        resolve(stop);
      };
      // It was reached while nobody waited.
      const late = this.#late;
      this.#late = undefined;
      if (late) return resolve(late);
      // A thread that answers runs JavaScript: it may have a long list of scripts to tell first.
      let timer = setTimeout(() => {
        if (this.#hasAnswered) timer = setTimeout(settle, limit);
        else settle();
      }, limit);
      this.#waiting = settle;
      if (!this.#isAsked) this.#session.post("Debugger.pause");
      this.#isAsked = true;
    });
  }

  /** Ends it: what was asked and not reached is forgotten, and a thread that is stopped goes on. */
  close(): void {
    this.#waiting = undefined;
    this.#session.disconnect();
  }

  #paused(callFrames: Debugger.CallFrame[], isOutOfMemory: boolean): void {
    const frames = callFrames.slice(0, MOST_FRAMES).map((frame) => this.#frameOf(frame));
    let running: RunningRequest | undefined;
    const wasAsked = this.#isAsked;
    this.#isAsked = false;
    this.#hasAnswered = false;
    if (wasAsked) {
      const question = { expression: ASK_RUNNING, returnByValue: true, silent: true };
      this.#session.post("Runtime.evaluate", question, (error, answer?: Runtime.EvaluateReturnType) => {
        if (!error && answer?.exceptionDetails === undefined) running = answer?.result.value;
      });
    }
    // Sent together, so that it stands still for one way there and back. A `debugger` statement of the application's is passed over.
    this.#session.post("Debugger.resume", () => {
      if (!wasAsked && !isOutOfMemory) return;
      const stop = { frames, running, isOutOfMemory };
      if (this.#waiting) this.#waiting(stop);
      else this.#late = stop;
    });
    // A debugger raises the limit of the heap fourfold, so that a person can look: the process would take that memory, and not end.
    if (isOutOfMemory) this.#session.post("Debugger.disable");
  }

  #frameOf({ functionName, url, location }: Debugger.CallFrame): StoppedFrame {
    const { scriptId, lineNumber, columnNumber = 0 } = location;
    const file = url || this.#files.get(scriptId) || "unknown";
    return {
      function: functionName === "" ? undefined : functionName,
      file: file.startsWith("file://") ? fileOf(file) : file,
      line: lineNumber + 1,
      column: columnNumber + 1,
    };
  }
}

function fileOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    return url;
  }
}
