import type { LimitAlgorithm, LimitBounds, LimitSample } from "./limit-algorithm.js";

const BACK_OFF = 0.9;

/**
 * Additive increase, multiplicative decrease (D.-M. Chiu and R. Jain, 1989; TCP's congestion avoidance): one more for each window in
 * which at least half of the limit was used, a tenth less for each in which calls were dropped or took too long.
 */
export class Aimd implements LimitAlgorithm {
  readonly #bounds: LimitBounds;
  readonly #tooLong: number;
  readonly burstQueueSize = 0;
  limit: number;
  minRtt = 0;

  /** `tooLong`: milliseconds. */
  constructor(bounds: LimitBounds, tooLong: number) {
    this.#bounds = bounds;
    this.#tooLong = tooLong;
    this.limit = bounds.initial;
  }

  update({ rtt, inFlight, isDropped }: LimitSample): void {
    const { min, max } = this.#bounds;
    if (rtt > 0) this.minRtt = this.minRtt === 0 ? rtt : Math.min(this.minRtt, rtt);
    if (isDropped || rtt >= this.#tooLong) this.limit = Math.max(min, this.limit * BACK_OFF);
    else if (inFlight * 2 >= this.limit) this.limit = Math.min(max, this.limit + 1);
  }
}
