import { randomFill } from "node:crypto";
import { performance } from "node:perf_hooks";
import { FIGURE, type Figures } from "../../blackbox/main-slot.js";
import type { MainSource } from "./source.js";

const EVERY = 1_000;

/**
 * How long a task waits for a thread of libuv's pool: once a second one that takes no time itself, and touches neither disk nor network, is
 * given to the pool; one that is not back yet counts by its age. Its answer has to wait for the event loop too, which is not the pool's
 * delay: only what is certain is told. That is the time in which the loop had nothing to do and the task was not back, and the time up to
 * the last turn of the loop that did not bring it.
 */
export class ThreadPoolSource implements MainSource {
  readonly gives = ["threadpool_delay_ms"] as const;
  readonly #bytes = new Uint8Array(1);
  #isOut = false;
  #startedAt = 0;
  #idleThen = 0;
  #turnedAt = 0;
  #turnedBefore = 0;
  #rests = 0;
  #delay = Number.NaN;

  /** The loop turned: the sensors' timer was called. */
  turned(now: number): void {
    this.#turnedBefore = this.#turnedAt;
    this.#turnedAt = now;
  }

  read(figures: Figures, elapsed: number): void {
    this.#rests -= elapsed;
    if (this.#isOut) this.#delay = Math.max(this.#delay || 0, this.#certain(this.#turnedBefore));
    else if (this.#rests <= 0) this.#send();
    figures[FIGURE.threadpool_delay_ms] = this.#delay;
  }

  #send(): void {
    this.#isOut = true;
    this.#rests = EVERY;
    this.#startedAt = performance.now();
    this.#idleThen = performance.eventLoopUtilization().idle;
    randomFill(this.#bytes, this.#back);
  }

  readonly #back = (): void => {
    this.#isOut = false;
    this.#delay = this.#certain(this.#turnedAt);
  };

  #certain(turn: number): number {
    const idle = performance.eventLoopUtilization().idle - this.#idleThen;
    return Math.max(0, idle, turn - this.#startedAt);
  }
}
