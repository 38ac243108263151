const MIB = 2 ** 20;
/** Of what was measured so far this is added, as no two collections take the same time. */
const MARGIN = 1.2;

/** How long the main thread is held by what grows with the heap: it is foretold before it is done, and learns from how long it took. */
export class PauseForecast {
  #perMib: number;
  readonly #least: number;

  /** `perMib`: milliseconds for each MiB of used heap, until it was measured. */
  constructor(perMib: number) {
    this.#perMib = perMib;
    this.#least = perMib / 4;
  }

  /** Milliseconds. */
  of(heapUsed: number): number {
    return (heapUsed / MIB) * this.#perMib;
  }

  /** It took `ms` at a heap of so many bytes. */
  measured(ms: number, heapUsed: number): void {
    this.#perMib = Math.max(this.#least, (ms / Math.max(1, heapUsed / MIB)) * MARGIN);
  }
}

/** Measured with Node 20 and 24 on two cores: 0.4 to 0.6 ms, and more is thought until it was measured. */
export const HEAP_PROFILE_PER_MIB = 0.8;
/** Measured with Node 20 and 24 on two cores: 0.6 to 0.9 ms. */
export const CPU_START_PER_MIB = 1.2;
