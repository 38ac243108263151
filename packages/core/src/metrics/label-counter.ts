/** The value that counts what found no room. */
export const OTHER = "other";

/** A counter by one label, bounded: labels beyond `max` are counted under `other`, which is told once. */
export class LabelCounter {
  readonly #counts = new Map<string, number>();
  readonly #max: number;
  readonly #overflowed: () => void;
  #told = false;

  constructor(max: number, overflowed: () => void) {
    this.#max = max;
    this.#overflowed = overflowed;
  }

  add(label: string): void {
    const count = this.#counts.get(label);
    if (count !== undefined) this.#counts.set(label, count + 1);
    else if (this.#counts.size < this.#max) this.#counts.set(label, 1);
    else this.#overflow();
  }

  read(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }

  /** The sum of all. */
  get total(): number {
    let total = 0;
    for (const count of this.#counts.values()) total += count;
    return total;
  }

  #overflow(): void {
    this.#counts.set(OTHER, (this.#counts.get(OTHER) ?? 0) + 1);
    if (this.#told) return;
    this.#told = true;
    this.#overflowed();
  }
}
