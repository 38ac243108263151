import type { Context } from "../request/context.js";
import type { LimitAlgorithm } from "../resilience/limit/limit-algorithm.js";

/** How many requests may be in flight. */
export interface ConcurrencyLimit {
  /** The reason under which refusals are counted. */
  readonly name: string;
  readonly limit: number;
  /** A request ended. `duration`: milliseconds. `inFlight`: how many were in flight, this one included. */
  ended(context: Context, duration: number, inFlight: number): void;
}

/** A limit that somebody has measured. */
export class FixedLimit implements ConcurrencyLimit {
  readonly name = "in_flight";
  readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  ended(): void {}
}

/** A window ends with the first request after its time is over, if so many ended in it. */
const LEAST_SAMPLES = 10;
/** Milliseconds: a clock that stood still gives no duration, and a ratio needs one. */
const LEAST_RTT = 0.001;

/** A limit that is learnt from durations. Failures tell nothing of it; a deadline that passed says that there is too much. */
export class LearntLimit implements ConcurrencyLimit {
  readonly name = "adaptive_limit";
  readonly #algorithm: LimitAlgorithm;
  readonly #window: number;
  #since = Number.NEGATIVE_INFINITY;
  #samples = 0;
  #sum = 0;
  #drops = 0;
  #peak = 0;

  /** `window`: milliseconds. */
  constructor(algorithm: LimitAlgorithm, window: number) {
    this.#algorithm = algorithm;
    this.#window = window;
  }

  get limit(): number {
    return Math.floor(this.#algorithm.limit);
  }

  ended({ answer, cancelReason, started }: Context, duration: number, inFlight: number): void {
    if (inFlight > this.#peak) this.#peak = inFlight;
    if (cancelReason?.code === "SOP_DEADLINE") this.#drops++;
    else if (answer === undefined && cancelReason === undefined) {
      this.#samples++;
      this.#sum += duration;
    }
    const now = started + duration;
    if (now >= this.#since + this.#window && this.#samples + this.#drops >= LEAST_SAMPLES) this.#endWindow(now);
  }

  #endWindow(now: number): void {
    const rtt = this.#samples === 0 ? 0 : Math.max(LEAST_RTT, this.#sum / this.#samples);
    this.#algorithm.update({ rtt, inFlight: this.#peak, isDropped: this.#drops > 0 });
    this.#since = now;
    this.#samples = 0;
    this.#sum = 0;
    this.#drops = 0;
    this.#peak = 0;
  }
}
