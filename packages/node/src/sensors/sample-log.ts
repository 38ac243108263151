import type { Sample } from "@sop/core";
import { ROWS } from "../blackbox/memory.js";
import type { SampleRing } from "../blackbox/sample-ring.js";
import { fileText, rowText } from "./sensors-file.js";

/**
 * The samples of an incident, which is written and diagnosed again and again while it is open: each sample is read, and made text, once.
 * What was read is let go of when the incident is over.
 */
export class SampleLog {
  readonly #ring: SampleRing;
  readonly #window: number;
  readonly #interval: number;
  #samples: Sample[] = [];
  #texts: string[] = [];
  #next = 0;

  /** Milliseconds both. */
  constructor(ring: SampleRing, window: number, interval: number) {
    this.#ring = ring;
    this.#window = window;
    this.#interval = interval;
  }

  /** Reads what is new; what is older than the window, or more than the ring keeps, goes. */
  refresh(): void {
    const since = Date.now() - this.#window;
    this.#next = this.#ring.readInto(this.#samples, this.#next, since);
    const first = this.#samples.findIndex(({ at }) => at >= since);
    const old = Math.max(first < 0 ? this.#samples.length : first, this.#samples.length - ROWS);
    this.#samples.splice(0, old);
    this.#texts.splice(0, old);
  }

  /** As of the last refresh, the oldest first. */
  get samples(): readonly Sample[] {
    return [...this.#samples];
  }

  /** `bundle/sensors.json`, with the same samples. */
  file(): string {
    for (let i = this.#texts.length; i < this.#samples.length; i++)
      this.#texts.push(rowText(this.#samples[i] as Sample));
    return fileText(this.#texts, this.#interval);
  }

  clear(): void {
    this.#samples = [];
    this.#texts = [];
    this.#next = 0;
  }
}
