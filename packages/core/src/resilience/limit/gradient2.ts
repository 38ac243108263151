import type { LimitAlgorithm, LimitBounds, LimitSample } from "./limit-algorithm.js";

const SMOOTHING = 0.2;
const TOLERANCE = 1.5;
const QUEUE = 4;
/** Samples that the long average spans, and those of which it is the plain mean at first. */
const LONG = 600;
const WARM_UP = 10;
/** The steepest descent. */
const STEEPEST = 0.5;

/**
 * Gradient2 of Netflix's concurrency-limits: the limit follows the ratio of a long average of the duration to the duration now,
 * `max(0.5, min(1, 1.5 * long / now))`, plus a queue of 4, smoothed by 0.2. Unlike there, a window in which calls were dropped counts
 * as the steepest descent, and one below half of the limit can lower it but not raise it.
 */
export class Gradient2 implements LimitAlgorithm {
  readonly #bounds: LimitBounds;
  readonly burstQueueSize = QUEUE;
  limit: number;
  minRtt = 0;
  #samples = 0;

  constructor(bounds: LimitBounds) {
    this.#bounds = bounds;
    this.limit = bounds.initial;
  }

  update({ rtt, inFlight, isDropped }: LimitSample): void {
    if (rtt > 0) this.#average(rtt);
    const gradient = isDropped ? STEEPEST : Math.max(STEEPEST, Math.min(1, (TOLERANCE * this.minRtt) / rtt));
    const { min, max } = this.#bounds;
    const next = this.limit * (1 - SMOOTHING) + (this.limit * gradient + QUEUE) * SMOOTHING;
    // A limit that nobody comes near says nothing of what is behind it.
    if (next > this.limit && inFlight < this.limit / 2) return;
    this.limit = Math.max(min, Math.min(max, next));
  }

  #average(rtt: number): void {
    this.#samples++;
    const weight = this.#samples <= WARM_UP ? 1 / this.#samples : 2 / (LONG + 1);
    this.minRtt += (rtt - this.minRtt) * weight;
    // After a long overload the average is far too high, and would take minutes to come down.
    if (this.minRtt > 2 * rtt) this.minRtt *= 0.95;
  }
}
