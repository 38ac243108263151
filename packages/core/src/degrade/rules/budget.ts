const HOUR = 3_600_000;

/** How often something may be done within any hour. */
export class Budget {
  readonly #times: number[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** How often it was done within the hour that ends now. */
  used(now: number): number {
    while (this.#times.length > 0 && now - (this.#times[0] as number) >= HOUR) this.#times.shift();
    return this.#times.length;
  }

  allows(now: number): boolean {
    return this.used(now) < this.#most;
  }

  spend(now: number): void {
    this.#times.push(now);
  }
}
