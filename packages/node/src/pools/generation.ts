/** One pool, and how much of it is in use. */
export class Generation<P> {
  readonly pool: P;
  #users = 0;
  #retired: Promise<void> | undefined;
  #whenIdle: (() => void) | undefined;

  constructor(pool: P) {
    this.pool = pool;
  }

  get users(): number {
    return this.#users;
  }

  async use<T>(work: (pool: P) => T | PromiseLike<T>): Promise<T> {
    this.#users++;
    try {
      return await work(this.pool);
    } finally {
      this.#users--;
      if (this.#users === 0) this.#whenIdle?.();
    }
  }

  /** Closes the pool when nothing is in use, and after `limit` milliseconds at the latest. A second call joins the first. */
  retire(limit: number, close: (pool: P) => unknown): Promise<void> {
    this.#retired ??= this.#idle(limit).then(async () => void (await close(this.pool)));
    return this.#retired;
  }

  async #idle(limit: number): Promise<void> {
    if (this.#users === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limit);
      this.#whenIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
