import type { ServingState } from "@sop/core";
import { BEAT, eachBeat } from "../../sensors/metronome.js";

const STATES: readonly ServingState[] = ["serving", "draining", "drained"];
const [BEATS, STATE] = [0, 1];

/** Memory in which the main thread shows that it turns, and whether it takes requests. */
export function makePulse(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(8));
}

/** Beats ten times a second while the main thread turns. Returns a function that stops it. */
export function beat(pulse: Int32Array, state: () => ServingState): () => void {
  const once = (): void => {
    Atomics.store(pulse, STATE, STATES.indexOf(state()));
    Atomics.add(pulse, BEATS, 1);
  };
  once();
  return eachBeat(once);
}

/** The worker's view of the main thread. */
export class Pulse {
  readonly #cells: Int32Array;
  readonly #now: () => number;
  #beats: number;
  #seenAt: number;

  /** `now` in milliseconds, of a clock that never steps. */
  constructor(cells: Int32Array, now: () => number) {
    this.#cells = cells;
    this.#now = now;
    this.#beats = Atomics.load(cells, BEATS);
    this.#seenAt = now();
  }

  /** Looks for a beat; to be called every 100 ms, so that a stall has its length. */
  look(): void {
    const beats = Atomics.load(this.#cells, BEATS);
    if (beats === this.#beats) return;
    this.#beats = beats;
    this.#seenAt = this.#now();
  }

  /** How long the main thread has not turned, in milliseconds; 0 while it does. */
  get stalled(): number {
    this.look();
    const silence = this.#now() - this.#seenAt;
    // Two beats and the time between two looks may pass by themselves, and a busy machine is late.
    return silence > 5 * BEAT ? silence : 0;
  }

  /** Whether the service took requests at the last beat. */
  get state(): ServingState {
    return STATES[Atomics.load(this.#cells, STATE)] ?? "serving";
  }
}
