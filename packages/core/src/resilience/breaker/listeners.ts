import type { BreakerEvents, BreakerListener } from "./events.js";

type Name = keyof BreakerEvents;

/** Who listens to a breaker. Made with the first listener, so that a breaker that nobody listens to has none. */
export class BreakerListeners {
  readonly #byName: { [E in Name]?: readonly BreakerListener<E>[] } = {};
  readonly #report: (listener: object, error: unknown) => void;

  /** `report` is told what a listener threw; that one is not called again. */
  constructor(report: (listener: object, error: unknown) => void) {
    this.#report = report;
  }

  add<E extends Name>(name: E, listener: BreakerListener<E>): () => void {
    this.#set(name, [...this.#of(name), listener]);
    return () => this.#remove(name, listener);
  }

  tell<E extends Name>(name: E, event: BreakerEvents[E]): void {
    for (const listener of this.#of(name)) {
      try {
        listener(event);
      } catch (error) {
        this.#remove(name, listener);
        this.#report(listener, error);
      }
    }
  }

  #of<E extends Name>(name: E): readonly BreakerListener<E>[] {
    return (this.#byName as { [N in Name]?: readonly BreakerListener<N>[] })[name] ?? [];
  }

  #set<E extends Name>(name: E, listeners: readonly BreakerListener<E>[]): void {
    (this.#byName as Record<Name, unknown>)[name] = listeners;
  }

  #remove<E extends Name>(name: E, listener: BreakerListener<E>): void {
    this.#set(
      name,
      this.#of(name).filter((other) => other !== listener),
    );
  }
}
