import type { Context, Phase } from "./context.js";

/** A request that is not yet answered. */
export interface RequestInFlight {
  readonly id: string;
  readonly traceId: string;
  readonly method: string;
  readonly route: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Milliseconds since it was opened. */
  readonly age: number;
  readonly phase: Phase;
  /** Milliseconds left; `undefined` without a deadline. */
  readonly remaining: number | undefined;
  /** Whether its code failed and its answer is on the way. */
  readonly failed: boolean;
}

/** The requests in flight, as a list through the contexts themselves: nothing is allocated to be in it. */
export class InFlight {
  #first: Context | undefined;
  #size = 0;
  #whenEmpty: (() => void)[] = [];

  get size(): number {
    return this.#size;
  }

  add(context: Context): void {
    context.next = this.#first;
    if (this.#first) this.#first.previous = context;
    this.#first = context;
    this.#size++;
  }

  remove(context: Context): void {
    if (!context.previous) this.#first = context.next;
    else context.previous.next = context.next;
    if (context.next) context.next.previous = context.previous;
    context.next = undefined;
    context.previous = undefined;
    this.#size--;
    if (this.#size === 0 && this.#whenEmpty.length > 0) for (const tell of this.#whenEmpty.splice(0)) tell();
  }

  /** All of them, the oldest first. */
  contexts(): Context[] {
    const all: Context[] = [];
    for (let context = this.#first; context; context = context.next) all.push(context);
    return all.reverse();
  }

  /** What is known of each, the oldest first; of the `most` oldest where there are more. */
  read(most?: number): RequestInFlight[] {
    return this.contexts()
      .slice(0, most)
      .map((context) => {
        const { id, traceId, method, route, startedAt, phase } = context;
        const age = context.owner.clock.monotonic() - context.started;
        const remaining = context.deadline === undefined ? undefined : context.remaining();
        return { id, traceId, method, route, startedAt, age, phase, remaining, failed: context.panic !== undefined };
      });
  }

  /** Resolves when nothing is in flight. */
  empty(): Promise<void> {
    return this.#size === 0 ? Promise.resolve() : new Promise((resolve) => this.#whenEmpty.push(resolve));
  }
}
