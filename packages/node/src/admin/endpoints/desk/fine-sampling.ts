import type { Clock, Sop } from "@sop/core";
import { heapHistoryOf } from "../../../profiles/attach.js";
import { HEAP_INTERVAL } from "../../../profiles/heap/sampler.js";

/** Samples the heap more finely for a time, so that small leaks are seen soon. */
export class FineSampling {
  readonly #sop: Sop;
  readonly #clock: Clock;
  #timer: unknown;
  #isOn = false;

  constructor(sop: Sop, clock: Clock) {
    this.#sop = sop;
    this.#clock = clock;
  }

  /** Begins anew with a sample in each `interval` bytes; `undefined` where the heap is not sampled. */
  begin(interval: number, ms: number): { readonly interval: number; readonly until: number } | undefined {
    const history = heapHistoryOf(this.#sop);
    if (!history) return undefined;
    this.#clock.clearTimeout(this.#timer);
    history.restart(interval);
    this.#isOn = true;
    this.#timer = this.#clock.setTimeout(() => this.end(), ms);
    return { interval, until: Math.round(this.#clock.now() + ms) };
  }

  /** Samples as before; `false` where it was not on. */
  end(): boolean {
    this.#clock.clearTimeout(this.#timer);
    if (!this.#isOn) return false;
    this.#isOn = false;
    heapHistoryOf(this.#sop)?.restart(HEAP_INTERVAL);
    return true;
  }
}
