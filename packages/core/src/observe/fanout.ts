import type { Logger } from "../ports/logger.js";
import { loggable } from "../request/panic.js";
import { OBSERVER_EVENTS, type Observer, type ObserverEvent } from "./observer.js";

type Call = (a: unknown, b: unknown, c: unknown) => unknown;

/** An observer's method, bound once when the lists are compiled. */
interface Listener {
  readonly owner: Observer;
  readonly call: Call;
}

const EMPTY: readonly Listener[] = [];

/**
 * Observers compiled into one list an event: an event that nobody listens to costs a look at an empty list,
 * and no event object is ever made.
 */
export class Fanout {
  readonly #observers = new Set<Observer>();
  readonly #log: Logger;
  #lists: Record<ObserverEvent, readonly Listener[]>;

  constructor(log: Logger) {
    this.#log = log;
    this.#lists = this.#compile();
  }

  /** Adds an observer. Returns a function that takes it away. */
  add(observer: Observer): () => void {
    this.#observers.add(observer);
    this.#lists = this.#compile();
    return () => this.#remove(observer);
  }

  emit<E extends ObserverEvent>(event: E, ...args: Parameters<NonNullable<Observer[E]>>): void;
  emit(event: ObserverEvent, a?: unknown, b?: unknown, c?: unknown): void {
    const list = this.#lists[event];
    for (let i = 0; i < list.length; i++) {
      const listener = list[i] as Listener;
      try {
        const result = listener.call(a, b, c);
        // An async method's rejection would otherwise be an unhandled one, and so end the process.
        if (result instanceof Promise) result.catch((error: unknown) => this.#drop(listener.owner, event, error));
      } catch (error) {
        this.#drop(listener.owner, event, error);
      }
    }
  }

  #drop(observer: Observer, event: ObserverEvent, error: unknown): void {
    if (!this.#observers.has(observer)) return;
    this.#remove(observer);
    this.#log.error({ observer: observer.name ?? "unnamed", event, err: loggable(error) }, "observer dropped");
  }

  #remove(observer: Observer): void {
    if (this.#observers.delete(observer)) this.#lists = this.#compile();
  }

  #compile(): Record<ObserverEvent, readonly Listener[]> {
    const lists = {} as Record<ObserverEvent, readonly Listener[]>;
    for (const event of OBSERVER_EVENTS) {
      const found: Listener[] = [];
      for (const owner of this.#observers) {
        const method = owner[event];
        if (typeof method === "function") found.push({ owner, call: (method as Call).bind(owner) });
      }
      lists[event] = found.length === 0 ? EMPTY : found;
    }
    return lists;
  }
}
