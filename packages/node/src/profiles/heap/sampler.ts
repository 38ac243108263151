import type { Session } from "node:inspector";
import { ask, ownSession } from "../inspector.js";
import type { HeapSampling } from "../pprof/heap.js";

/** Bytes between two samples of the profile that is always on: the default of V8 and of Go. */
export const HEAP_INTERVAL: number = 512 * 1_024;

/** V8's sampling heap profile of this thread: one allocation in so many bytes is remembered for as long as it is alive. */
export class HeapSampler {
  readonly #session: Session;
  #interval = 0;
  #since = 0;

  private constructor(session: Session) {
    this.#session = session;
  }

  /** Begins to sample; `undefined` where this Node has no inspector. */
  static start(interval: number = HEAP_INTERVAL): HeapSampler | undefined {
    const session = ownSession();
    if (!session) return undefined;
    const sampler = new HeapSampler(session);
    sampler.restart(interval);
    return sampler;
  }

  /** Bytes between two samples. */
  get interval(): number {
    return this.#interval;
  }

  /** Since when: milliseconds since 1970. What was allocated before is not known. */
  get since(): number {
    return this.#since;
  }

  /** Forgets what was sampled, and begins anew. */
  restart(interval: number): void {
    if (this.#interval > 0) ask(this.#session, "HeapProfiler.stopSampling");
    ask(this.#session, "HeapProfiler.startSampling", { samplingInterval: interval });
    this.#interval = interval;
    this.#since = Date.now();
  }

  /** What is alive. V8 collects all garbage before it answers, which takes as long as the heap is large. */
  read(): HeapSampling {
    return ask<{ profile: HeapSampling }>(this.#session, "HeapProfiler.getSamplingProfile").profile;
  }

  stop(): void {
    this.#session.disconnect();
  }
}
