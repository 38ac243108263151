/** What counts for all that found no room. */
export const OTHER = "other";

/** Keeps the first `max` values of a label as they are; what comes later is `other`, which is told once. */
export class LabelBound {
  readonly #kept = new Set<string>();
  readonly #max: number;
  readonly #overflowed: () => void;
  #told = false;

  constructor(max: number, overflowed: () => void) {
    this.#max = max;
    this.#overflowed = overflowed;
  }

  /** Whether `value` is one of those that are kept. */
  has(value: string): boolean {
    if (this.#kept.has(value)) return true;
    if (this.#kept.size < this.#max) {
      this.#kept.add(value);
      return true;
    }
    if (!this.#told) this.#overflowed();
    this.#told = true;
    return false;
  }
}
