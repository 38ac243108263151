import console from "node:console";
import type { Session } from "node:inspector";
import { setTimeout as wait } from "node:timers/promises";
import { ask, ownSession } from "../inspector.js";
import { CPU_START_PER_MIB, PauseForecast } from "../pause.js";
import type { CpuSampling } from "../pprof/cpu.js";

/** What was recorded, and how. */
export interface CpuRecording {
  readonly sampling: CpuSampling;
  /** When it began, in milliseconds since 1970. */
  readonly at: number;
  /** Microseconds between two samples. */
  readonly interval: number;
}

/** Microseconds between two samples: while it is asked for, and all the time. */
const SHORT = 1_000;
const ALWAYS = 10_000;
const BRIDGE = "sop";

/**
 * V8's CPU profiler of this thread. To begin, V8 walks the heap for all code, which holds the thread the longer the larger the heap is. So it is
 * begun while the heap is small (`always`), or only where that is short.
 */
export class CpuRecorder {
  readonly #session: Session;
  readonly #forecast = new PauseForecast(CPU_START_PER_MIB);
  #since: number | undefined;
  #last: CpuRecording | undefined;
  #isBusy = false;
  #isOver = false;

  private constructor(session: Session) {
    this.#session = session;
  }

  /** `undefined` where this Node has no inspector. */
  static open(): CpuRecorder | undefined {
    const session = ownSession();
    return session && new CpuRecorder(session);
  }

  /** For how long the main thread would be held by `record`, in milliseconds. */
  pause(heapUsed: number): number {
    return this.#since === undefined ? this.#forecast.of(heapUsed) : 0;
  }

  /** Begins to record all the time; `rotate` is then to be called now and again. */
  always(): void {
    this.#begin(ALWAYS);
    this.#since = Date.now();
  }

  /** Keeps what was recorded since the last call in place of what was kept before: memory is bounded by how often it is called. */
  rotate(): void {
    const at = this.#since;
    if (at === undefined) return;
    // While another profile runs V8 keeps what it knows of code, and the next one begins at once.
    console.profile(BRIDGE);
    const sampling = this.#end();
    ask(this.#session, "Profiler.start");
    console.profileEnd(BRIDGE);
    this.#last = { sampling, at, interval: ALWAYS };
    this.#since = Date.now();
  }

  /** What was recorded all the time: the last of it that is at least `least` milliseconds long. `undefined` where that is not done. */
  recorded(least = 2_000): CpuRecording | undefined {
    if (this.#since === undefined) return this.#last;
    if (this.#last === undefined || Date.now() - this.#since >= least) this.rotate();
    return this.#last;
  }

  /** Records for `ms` from now on, or until `signal` is aborted. `undefined` where somebody else does. */
  async record(ms: number, heapUsed: number, signal: AbortSignal): Promise<CpuRecording | undefined> {
    if (this.#isOver || this.#isBusy || this.#since !== undefined) return undefined;
    this.#isBusy = true;
    try {
      const began = performance.now();
      this.#begin(SHORT);
      this.#forecast.measured(performance.now() - began, heapUsed);
      const at = Date.now();
      await wait(ms, undefined, { signal, ref: false }).catch(() => {});
      return this.#isOver ? undefined : { sampling: this.#end(), at, interval: SHORT };
    } finally {
      if (!this.#isOver) ask(this.#session, "Profiler.disable");
      this.#isBusy = false;
    }
  }

  /** Ends what is being recorded; there are no more recordings then. A process that leaves while V8 records may end by SIGSEGV. */
  stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#since = undefined;
    this.#session.disconnect();
  }

  #begin(interval: number): void {
    ask(this.#session, "Profiler.enable");
    ask(this.#session, "Profiler.setSamplingInterval", { interval });
    ask(this.#session, "Profiler.start");
  }

  #end(): CpuSampling {
    return ask<{ profile: CpuSampling }>(this.#session, "Profiler.stop").profile;
  }
}
