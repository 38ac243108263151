/** A connection that does not end by itself, and how it is closed. */
export type LongConnection = readonly [key: object, close: () => void];

/** The longest between two closes in milliseconds: a few connections are no storm when they come back. */
const LONGEST_GAP = 50;

/** Closes long connections one after the other over a window, so that they do not all come back in one moment. */
export class Spread {
  readonly #started: number;
  readonly #window: number;
  readonly #queue: (() => void)[] = [];
  readonly #known = new WeakSet<object>();
  #closed = 0;
  #gap: number | undefined;

  constructor(window: number, now: number) {
    this.#window = window;
    this.#started = now;
  }

  /** Whether some are still to be closed. */
  get isPending(): boolean {
    return this.#closed < this.#queue.length;
  }

  /** Adds those that are not known. Those of the first call decide how far apart they are; what comes later comes last. */
  add(connections: Iterable<LongConnection>): void {
    for (const [key, close] of connections) {
      if (this.#known.has(key)) continue;
      this.#known.add(key);
      this.#queue.push(close);
    }
    this.#gap ??= Math.min(LONGEST_GAP, this.#window / Math.max(1, this.#queue.length));
  }

  /** Closes those whose time has come. */
  advance(now: number): void {
    const passed = now - this.#started;
    const due = passed >= this.#window ? this.#queue.length : 1 + Math.floor(passed / (this.#gap ?? LONGEST_GAP));
    for (; this.#closed < Math.min(due, this.#queue.length); this.#closed++) this.#queue[this.#closed]?.();
  }
}
