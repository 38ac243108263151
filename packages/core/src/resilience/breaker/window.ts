/** What came of one call, in one byte: the lower seven bits are the weight of its failure in tenths, the upper one says slow. */
export type OutcomeByte = number;

const SLOW = 0x80;
/** A weight is kept in tenths. */
const TENTHS = 10;
/** The heaviest failure. */
export const MAX_WEIGHT = 10;

/** `weight`: 0 for a success, 1 for an ordinary failure, at most {@link MAX_WEIGHT}; kept in steps of 0.1. */
export function outcomeOf(weight: number, isSlow: boolean): OutcomeByte {
  return Math.round(weight * TENTHS) | (isSlow ? SLOW : 0);
}

/** The calls that a decision is about. Writing is O(1) whatever the size; rates are read from running sums. */
export interface Window {
  /** Calls in the window. */
  readonly calls: number;
  /** Sum of the weights of failures. */
  readonly failures: number;
  /** Calls that were slow. */
  readonly slow: number;
  record(outcome: OutcomeByte, now: number): void;
  /** Drops what is too old at `now`. */
  look(now: number): void;
  /** Hands all it holds to another window, the oldest first. */
  pour(into: Window, now: number): void;
}

/** The last `size` calls: a ring of one byte a call. */
export class CountWindow implements Window {
  readonly #size: number;
  // Made with the first call: most breakers of a process may never be asked.
  #ring: Uint8Array | undefined;
  #next = 0;
  calls = 0;
  #tenths = 0;
  slow = 0;

  constructor(size: number) {
    this.#size = size;
  }

  get failures(): number {
    return this.#tenths / TENTHS;
  }

  record(outcome: OutcomeByte): void {
    this.#ring ??= new Uint8Array(this.#size);
    const ring = this.#ring;
    if (this.calls < this.#size) this.calls++;
    else {
      const oldest = ring[this.#next] as number;
      if (oldest !== 0) this.#add(oldest, -1);
    }
    ring[this.#next] = outcome;
    if (outcome !== 0) this.#add(outcome, 1);
    this.#next = this.#next + 1 === this.#size ? 0 : this.#next + 1;
  }

  look(): void {}

  pour(into: Window, now: number): void {
    const first = this.#next - this.calls + this.#size;
    for (let i = 0; i < this.calls; i++) into.record(this.#ring?.[(first + i) % this.#size] as number, now);
  }

  #add(outcome: OutcomeByte, sign: 1 | -1): void {
    this.#tenths += sign * (outcome & ~SLOW);
    if ((outcome & SLOW) !== 0) this.slow += sign;
  }
}

const SLICES = 10;
/** What a slice counts: calls, tenths of failures, slow calls. */
const FIELDS = 3;

/**
 * The calls of the last `span` milliseconds in ten slices. Slices that time has passed are emptied when the window is next
 * looked at, all of them at once, so that an hour of silence leaves nothing behind. A clock that goes back counts into the
 * newest slice.
 */
export class TimeWindow implements Window {
  readonly #width: number;
  #slices: Uint32Array | undefined;
  /** Number of the newest slice since time began, where it lies, and when it is over. */
  #newest = Number.NEGATIVE_INFINITY;
  #at = 0;
  #end = Number.NEGATIVE_INFINITY;
  calls = 0;
  #tenths = 0;
  slow = 0;

  constructor(span: number) {
    this.#width = span / SLICES;
  }

  get failures(): number {
    return this.#tenths / TENTHS;
  }

  record(outcome: OutcomeByte, now: number): void {
    if (now >= this.#end) this.look(now);
    this.#slices ??= new Uint32Array(SLICES * FIELDS);
    const slices = this.#slices;
    const at = this.#at;
    (slices[at] as number)++;
    this.calls++;
    if (outcome === 0) return;
    const tenths = outcome & ~SLOW;
    (slices[at + 1] as number) += tenths;
    this.#tenths += tenths;
    if ((outcome & SLOW) === 0) return;
    (slices[at + 2] as number)++;
    this.slow++;
  }

  look(now: number): void {
    if (now < this.#end) return;
    const slice = Math.floor(now / this.#width);
    const passed = Math.min(slice - this.#newest, SLICES);
    for (let i = 0; i < passed; i++) this.#empty(positionOf(slice - i));
    this.#newest = slice;
    this.#at = positionOf(slice);
    this.#end = (slice + 1) * this.#width;
  }

  pour(into: Window): void {
    for (let slice = this.#newest - SLICES + 1; slice <= this.#newest; slice++) {
      const at = positionOf(slice);
      const [calls = 0, tenths = 0, slow = 0] = this.#slices?.subarray(at, at + FIELDS) ?? [];
      for (let i = 0; i < calls; i++) {
        const share = Math.floor(((i + 1) * tenths) / calls) - Math.floor((i * tenths) / calls);
        into.record(outcomeOf(share / TENTHS, i < slow), (slice + 0.5) * this.#width);
      }
    }
  }

  #empty(at: number): void {
    const cells = this.#slices;
    if (cells === undefined) return;
    this.calls -= cells[at] as number;
    this.#tenths -= cells[at + 1] as number;
    this.slow -= cells[at + 2] as number;
    cells.fill(0, at, at + FIELDS);
  }
}

function positionOf(slice: number): number {
  return (((slice % SLICES) + SLICES) % SLICES) * FIELDS;
}
