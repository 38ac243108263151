import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import type { Logger } from "@sop/core";
import type { ToMain, ToWatchdog, WatchdogStart } from "./link/messages.js";

/** Enough for the code and for what it looks into; a thread that needs more ends, and not the service. */
const LIMITS = { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 };
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

/** The watchdog's thread, which is started again where it ends. */
export class WatchdogThread {
  readonly #start: WatchdogStart;
  readonly #log: Logger;
  readonly #receive: (message: ToMain) => void;
  readonly #started: () => void;
  #worker: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pause = FIRST_PAUSE;
  #startedAt = 0;
  #isEnded = false;

  /** `started`: told each time that it was, before it gets other messages. */
  constructor(start: WatchdogStart, log: Logger, receive: (message: ToMain) => void, started: () => void) {
    this.#start = start;
    this.#log = log;
    this.#receive = receive;
    this.#started = started;
    this.#run();
  }

  send(message: ToWatchdog): void {
    this.#worker?.postMessage(message);
  }

  end(): void {
    this.#isEnded = true;
    clearTimeout(this.#timer);
    void this.#worker?.terminate();
  }

  #run(): void {
    if (this.#isEnded) return;
    try {
      const file = createRequire(import.meta.url).resolve("@sop/node/watchdog/worker");
      const worker = new Worker(file, {
        workerData: this.#start,
        name: "sop-watchdog",
        resourceLimits: LIMITS,
        // Nothing of how the process was started applies to it: neither preloaded modules nor the environment.
        execArgv: [],
        env: {},
      });
      worker.on("message", (message: ToMain) => {
        if (!this.#isEnded) this.#receive(message);
      });
      let reason: unknown;
      worker.on("error", (error) => {
        reason = error;
      });
      worker.on("exit", () => this.#ended(worker, reason));
      worker.unref();
      this.#worker = worker;
      this.#startedAt = performance.now();
      this.#started();
    } catch (error) {
      this.#log.error({ err: error }, "watchdog: its thread cannot be started, the service runs without");
    }
  }

  #ended(worker: Worker, reason: unknown): void {
    if (this.#worker !== worker || this.#isEnded) return;
    this.#worker = undefined;
    if (performance.now() - this.#startedAt > LONGEST_PAUSE) this.#pause = FIRST_PAUSE;
    // Once: what ends it again and again would fill the log.
    if (this.#pause === FIRST_PAUSE)
      this.#log.error({ err: reason }, "watchdog: its thread ended, and is started again");
    this.#timer = setTimeout(() => this.#run(), this.#pause).unref();
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }
}
