import type { BreakerCalls, CircuitBreaker, Clock } from "@sop/core";
import type { LastMinute } from "../parts.js";

/** Breakers whose last minute is counted. */
export const MOST_BREAKERS = 1_000;
const MINUTE = 60_000;
/** Samples are at least so far apart. */
const APART = 1_500;
/** A minute of them, and some. */
const SAMPLES = 48;
const FIELDS = 3;

/** The counters of one breaker at the last samples. */
type Track = Float64Array;

const NEVER_CALLED: Track = new Float64Array(SAMPLES * FIELDS);

/**
 * What breakers counted in the last minute, whatever their own windows are: the difference of their counters then and now. It is
 * sampled by whoever reads, so that calls pay nothing for it.
 */
export class BreakerHistory {
  readonly #clock: Clock;
  readonly #times: number[] = [];
  readonly #tracks = new Map<string, Track>();
  /** Samples taken. */
  #taken = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes a sample, unless the last one is fresh. */
  sample(breakers: readonly CircuitBreaker[]): void {
    const now = this.#clock.monotonic();
    const last = this.#taken === 0 ? undefined : this.#times[(this.#taken - 1) % SAMPLES];
    if (last !== undefined && now - last < APART) return;
    const slot = this.#taken % SAMPLES;
    this.#times[slot] = now;
    this.#taken++;
    for (const breaker of breakers.slice(0, MOST_BREAKERS)) this.#note(breaker, slot);
  }

  /** What was counted since about a minute ago; `undefined` for a breaker beyond those that are sampled. */
  lastMinute(name: string, calls: BreakerCalls): LastMinute | undefined {
    const slot = this.#slotBefore(this.#clock.monotonic() - MINUTE);
    const track = this.#tracks.get(name) ?? this.#newcomer;
    if (slot === undefined || track === undefined) return undefined;
    const { successful, failed, not_permitted: refused } = calls;
    const then = track.subarray(slot * FIELDS, slot * FIELDS + FIELDS);
    const [before = 0, failedBefore = 0, refusedBefore = 0] = then;
    const over = Math.round(this.#clock.monotonic() - (this.#times[slot] as number));
    // A reset began anew: what was counted since is all that is known.
    const isReset = successful < before || failed < failedBefore || refused < refusedBefore;
    const passed = isReset ? successful : successful - before;
    const lost = isReset ? failed : failed - failedBefore;
    return {
      successful: passed,
      failed: lost,
      notPermitted: isReset ? refused : refused - refusedBefore,
      failureRate: passed + lost === 0 ? undefined : lost / (passed + lost),
      over,
    };
  }

  /** What is known of a breaker that no sample has seen yet: it is younger than the last one, and began at 0. */
  get #newcomer(): Track | undefined {
    return this.#tracks.size < MOST_BREAKERS ? NEVER_CALLED : undefined;
  }

  #note(breaker: CircuitBreaker, slot: number): void {
    const { calls } = breaker.metrics();
    let track = this.#tracks.get(breaker.name);
    if (track === undefined) {
      track = new Float64Array(SAMPLES * FIELDS);
      this.#tracks.set(breaker.name, track);
    }
    track[slot * FIELDS] = calls.successful;
    track[slot * FIELDS + 1] = calls.failed;
    track[slot * FIELDS + 2] = calls.not_permitted;
  }

  /** The newest sample that is no younger than `limit`, else the oldest. */
  #slotBefore(limit: number): number | undefined {
    const oldest = Math.max(0, this.#taken - SAMPLES);
    let found: number | undefined;
    for (let i = oldest; i < this.#taken; i++) {
      const slot = i % SAMPLES;
      if (found !== undefined && (this.#times[slot] as number) > limit) break;
      found = slot;
    }
    return found;
  }
}
