const HOUR = 3_600_000;

/** So many within any hour, and no more. */
export class Budget {
  readonly #most: number;
  readonly #taken: number[] = [];
  #refused = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** How many were refused since the last one that was not. */
  get refused(): number {
    return this.#refused;
  }

  /** Takes one of them; `false` where there is none left. `now` in milliseconds, of a clock that never steps. */
  take(now: number): boolean {
    while (this.#taken.length > 0 && now - (this.#taken[0] as number) >= HOUR) this.#taken.shift();
    if (this.#taken.length >= this.#most) {
      this.#refused++;
      return false;
    }
    this.#taken.push(now);
    this.#refused = 0;
    return true;
  }
}
