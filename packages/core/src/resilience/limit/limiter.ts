import type { LimitAlgorithm } from "./limit-algorithm.js";

/**
 * How a call ended, for a limit: `success` measures its duration; `dropped` says that there is too much (a refusal or a timeout
 * further down); `ignored` says nothing, as a failure that came at once.
 */
export type LimitOutcome = "success" | "dropped" | "ignored";

/** A limit as it is now, in the terms of Envoy's adaptive concurrency filter. */
export interface LimitState {
  /** Calls that may be under way. */
  readonly concurrency_limit: number;
  /** The duration without a queue as it is believed to be, in milliseconds; 0 before the first sample. */
  readonly min_rtt: number;
  /** The mean duration of the last window, in milliseconds; 0 before the first sample. */
  readonly sample_rtt: number;
  /** Calls that may wait further down before the limit stops growing. */
  readonly burst_queue_size: number;
}

/** A window ends with the first call after its time is over, if so many ended in it. */
const LEAST_SAMPLES = 10;
/** Milliseconds. */
const LEAST_RTT = 0.001;

/** Counts calls against a limit that it learns from their durations. It knows of no promise and looks at no clock. */
export class Limiter {
  readonly #algorithm: LimitAlgorithm;
  readonly #window: number;
  #inFlight = 0;
  #since = Number.NEGATIVE_INFINITY;
  #samples = 0;
  #sum = 0;
  #peak = 0;
  #drops = 0;
  #lastRtt = 0;

  /** `window`: milliseconds. */
  constructor(algorithm: LimitAlgorithm, window: number) {
    this.#algorithm = algorithm;
    this.#window = window;
  }

  /** Calls under way. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Calls that may be under way. */
  get limit(): number {
    return Math.floor(this.#algorithm.limit);
  }

  get state(): LimitState {
    return {
      concurrency_limit: this.limit,
      min_rtt: this.#algorithm.minRtt,
      sample_rtt: this.#lastRtt,
      burst_queue_size: this.#algorithm.burstQueueSize,
    };
  }

  /** Takes a place, if one is free. Each must be released. */
  tryAcquire(): boolean {
    if (this.#inFlight >= this.limit) return false;
    this.#inFlight++;
    if (this.#inFlight > this.#peak) this.#peak = this.#inFlight;
    return true;
  }

  /** Gives a place back. `duration`: milliseconds, what is below 0 counts as 0; `now`: the clock's monotonic time. */
  release(outcome: LimitOutcome, duration: number, now: number): void {
    this.#inFlight--;
    if (outcome === "ignored") return;
    if (outcome === "dropped") this.#drops++;
    else this.#measure(duration);
    // A clock that went back begins a new window.
    if (now < this.#since || this.#since === Number.NEGATIVE_INFINITY) this.#since = now;
    else if (now >= this.#since + this.#window && this.#samples + this.#drops >= LEAST_SAMPLES) this.#endWindow(now);
  }

  #measure(duration: number): void {
    this.#samples++;
    this.#sum += Math.max(0, duration);
  }

  #endWindow(now: number): void {
    // A clock that stood still gives no duration; a ratio needs one.
    if (this.#samples > 0) this.#lastRtt = Math.max(LEAST_RTT, this.#sum / this.#samples);
    const rtt = this.#samples > 0 ? this.#lastRtt : 0;
    this.#algorithm.update({ rtt, inFlight: this.#peak, isDropped: this.#drops > 0 });
    this.#since = now;
    this.#samples = 0;
    this.#sum = 0;
    this.#drops = 0;
    this.#peak = this.#inFlight;
  }
}
