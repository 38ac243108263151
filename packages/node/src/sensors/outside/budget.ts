/** A look is followed by a rest of so many times its own time, so that looks take less than a thousandth of a processor. */
const REST = 1_500;
const LONGEST = 30_000;

/** When a look that costs something may be taken again. */
export class Budget {
  readonly #every: number;
  #rests = 0;
  #since = Number.POSITIVE_INFINITY;

  /** `every`: milliseconds between two looks that cost nothing. */
  constructor(every: number) {
    this.#every = every;
  }

  /** Whether it is time. `elapsed`: milliseconds since it was asked before. */
  isDue(elapsed: number): boolean {
    this.#since += elapsed;
    return this.#since >= this.#rests;
  }

  /** Somebody else has looked just now. */
  restart(): void {
    this.#since = 0;
  }

  /** Looks, and returns what is seen. A look that throws counts as one. */
  look<T>(fn: () => T): T {
    const started = performance.now();
    try {
      return fn();
    } finally {
      this.#since = 0;
      this.#rests = Math.min(LONGEST, Math.max(this.#every, (performance.now() - started) * REST));
    }
  }
}
