import type { Sop } from "@sop/core";
import { makeFigures, writeSlot } from "../../blackbox/main-slot.js";
import type { BlackBox } from "../../blackbox/memory.js";
import type { SampleRing } from "../../blackbox/sample-ring.js";
import { BEAT, eachBeat } from "../metronome.js";
import { CollectionsSource } from "./collections.js";
import { ConnectionsSource } from "./connections.js";
import { EventLoopSource } from "./event-loop.js";
import { FloorSource } from "./floor.js";
import { InboundSource } from "./inbound.js";
import { MemorySource } from "./memory.js";
import { OutboundSource } from "./outbound.js";
import { ResourcesSource } from "./resources.js";
import type { MainSource } from "./source.js";
import { ThreadPoolSource } from "./thread-pool.js";
import { WaitingSource } from "./waiting.js";
import { WarningsSource } from "./warnings.js";

/** A beat that comes so many milliseconds too early is the one that was meant. */
const SLACK = 25;

/** A reading is late by so many milliseconds where a turn of the loop was long. */
const LATE = 20;

/** Reads the figures of the main thread in it. */
export class MainSampler {
  readonly loop: EventLoopSource = new EventLoopSource();
  readonly warnings: WarningsSource = new WarningsSource();
  readonly #pool = new ThreadPoolSource();
  readonly #sources: readonly MainSource[];
  readonly #failed = new Map<MainSource, string>();
  readonly #box: BlackBox;
  readonly #ring: SampleRing | undefined;
  readonly #interval: number;
  readonly #period: number;
  readonly #figures = makeFigures();
  readonly #rest: () => void;
  #isStopped = false;
  #turnedAt = performance.now();
  #readAt = this.#turnedAt;

  /** `ring`: where each reading is added to as a sample, where no watchdog does that. `interval` in milliseconds. */
  constructor(sop: Sop, box: BlackBox, interval: number, ring?: SampleRing) {
    this.#box = box;
    this.#ring = ring;
    this.#interval = interval;
    this.#period = Math.min(BEAT, interval);
    this.#sources = [
      this.loop,
      new CollectionsSource(interval),
      new MemorySource(),
      new FloorSource(),
      new ResourcesSource(),
      new InboundSource(sop),
      new OutboundSource(sop),
      new ConnectionsSource(),
      new WaitingSource(sop),
      this.#pool,
      this.warnings,
    ];
    this.#rest = interval < BEAT ? every(interval, this.#turn) : eachBeat(this.#turn);
  }

  /** Which figures cannot be had, and why. */
  missing(): string[] {
    return this.#sources.flatMap((source) => {
      const why = this.#failed.get(source) ?? source.missing;
      return why === undefined ? [] : [`${source.gives.join(", ")}: ${why}`];
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#rest();
    for (const source of this.#sources) source.stop?.();
  }

  readonly #turn = (): void => {
    const now = performance.now();
    this.loop.late(Math.max(0, now - this.#turnedAt - this.#period));
    this.#pool.turned(now);
    this.#turnedAt = now;
    const elapsed = now - this.#readAt;
    if (elapsed < this.#interval - SLACK) return;
    // What Node has to tell of a long turn, its collections among it, comes with the next immediates.
    if (elapsed > this.#interval + LATE) setImmediate(this.#readNow);
    else this.#readNow();
  };

  readonly #readNow = (): void => {
    const now = performance.now();
    const elapsed = now - this.#readAt;
    if (this.#isStopped || elapsed < this.#interval - SLACK) return;
    this.#readAt = now;
    this.#read(elapsed);
  };

  #read(elapsed: number): void {
    const figures = this.#figures.fill(Number.NaN);
    for (const source of this.#sources) {
      if (this.#failed.has(source)) continue;
      try {
        source.read(figures, elapsed);
      } catch (error) {
        // One that fails does so each time: it is told once, and no longer asked.
        this.#failed.set(source, error instanceof Error ? error.message : String(error));
        source.stop?.();
      }
    }
    const at = Date.now();
    writeSlot(this.#box, at, elapsed, figures);
    this.#ring?.push(at, elapsed, figures);
  }
}

function every(milliseconds: number, fn: () => void): () => void {
  const timer = setInterval(fn, milliseconds).unref();
  return () => clearInterval(timer);
}
