import { HEAP_PROFILE_PER_MIB, PauseForecast } from "../pause.js";
import { type LiveStack, liveStacks } from "../pprof/heap.js";
import type { HeapSampler } from "./sampler.js";

const MIB = 2 ** 20;

/** What was alive at one time. */
export interface HeapRung {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Bytes between two samples. */
  readonly interval: number;
  /** The heap at that time, in bytes. */
  readonly heapUsed: number;
  readonly live: readonly LiveStack[];
}

/** What the history is made of. */
export interface HeapHistoryParts {
  readonly sampler: Pick<HeapSampler, "read" | "restart" | "interval" | "since">;
  /** For how long the main thread may be held, in milliseconds. */
  readonly maxPause: number;
  /** Bytes of used heap. */
  heapUsed(): number;
  /** Milliseconds since 1970. */
  now(): number;
}

/** How many are kept. */
const RUNGS = 3;
/** By how much the heap has to grow until it is looked at again by itself, and for a diagnosis. */
const STEP = 8 * MIB;
const LEAST = 2 * MIB;
/** Looks from which the lowest is taken: garbage comes and goes, and what stays is below it. */
const WINDOW = 10;
/** Looks before the first profile: what a leak grew by is only known from a profile that was taken before it. */
const FIRST = 3;
/** Two profiles are at least so far apart, in milliseconds. */
const GAP = 5_000;
/** For a diagnosis: twice as long each time that the heap had not grown, so that a healthy one is not held again and again. */
const REST = 3_000;
const LONGEST_REST = 120_000;

/**
 * Profiles of a heap that grows, the last three: each taken while the heap is small enough that the main thread is not held for longer
 * than `maxPause`. One that does not grow is looked at once, three seconds after the start. So of a leak there are profiles from before it
 * was large.
 */
export class HeapHistory {
  readonly #parts: HeapHistoryParts;
  readonly #forecast = new PauseForecast(HEAP_PROFILE_PER_MIB);
  readonly #rungs: HeapRung[] = [];
  readonly #looks: number[] = [];
  #floor: number | undefined;
  #rest = REST;

  constructor(parts: HeapHistoryParts) {
    this.#parts = parts;
  }

  /** The oldest first. */
  get rungs(): readonly HeapRung[] {
    return this.#rungs;
  }

  /** Bytes between two samples. */
  get interval(): number {
    return this.#parts.sampler.interval;
  }

  /** Since when it is sampled: milliseconds since 1970. */
  get since(): number {
    return this.#parts.sampler.since;
  }

  /** For how long the main thread would be held now, in milliseconds. */
  get pause(): number {
    return this.#forecast.of(this.#parts.heapUsed());
  }

  get isAffordable(): boolean {
    return this.pause <= this.#parts.maxPause;
  }

  /** Looks at the size of the heap, and takes a profile where it has grown; to be called every second. */
  look(): void {
    this.#looks.push(this.#parts.heapUsed());
    if (this.#looks.length > WINDOW) this.#looks.shift();
    const floor = this.#floor;
    if (this.#looks.length < (floor === undefined ? FIRST : WINDOW)) return;
    const lowest = Math.min(...this.#looks);
    const isGrown = floor === undefined || lowest >= floor + STEP;
    if (!isGrown || !this.#isOlderThan(GAP) || !this.isAffordable) return;
    this.#floor = lowest;
    this.take();
  }

  /** The profile as of now: the last one where that is a few seconds old, else one that is taken; `undefined` where that takes too long. */
  latest(): HeapRung | undefined {
    if (!this.#isOlderThan(GAP)) return this.#rungs.at(-1);
    return this.isAffordable ? this.take() : undefined;
  }

  /** Takes a profile where the heap may have grown since the last one, and the time for it is there; for a diagnosis. */
  renew(): void {
    const before = this.#rungs.at(-1)?.heapUsed ?? 0;
    if (this.#parts.heapUsed() < before + LEAST || !this.#isOlderThan(this.#rest) || !this.isAffordable) return;
    const isLeft = this.take().heapUsed >= before + LEAST / 2;
    this.#rest = isLeft ? REST : Math.min(this.#rest * 2, LONGEST_REST);
  }

  /** Takes a profile now, however long it holds the main thread. */
  take(): HeapRung {
    const { sampler, heapUsed, now } = this.#parts;
    const before = heapUsed();
    const began = performance.now();
    const sampling = sampler.read();
    this.#forecast.measured(performance.now() - began, before);
    const rung = { at: now(), interval: sampler.interval, heapUsed: heapUsed(), live: liveStacks(sampling) };
    this.#rungs.push(rung);
    if (this.#rungs.length > RUNGS) this.#rungs.shift();
    return rung;
  }

  /** Begins anew, with so many bytes between two samples: profiles from before cannot be compared with those to come. */
  restart(interval: number): void {
    this.#parts.sampler.restart(interval);
    this.#rungs.length = 0;
    this.#floor = undefined;
    this.#rest = REST;
    this.#looks.length = 0;
  }

  #isOlderThan(ms: number): boolean {
    const last = this.#rungs.at(-1);
    return last === undefined || this.#parts.now() - last.at >= ms;
  }
}
