import type { RecordedRace, RequestContext } from "@sop/core";
import type { RaceStep } from "./actor.js";

const MAX_RACES = 100;
/** Milliseconds for which a race is told after it was last seen. */
const KEPT = 60_000;

/** One race. */
export type Race = Omit<RecordedRace, "count">;

interface Seen {
  race: Race;
  /** When it was seen, in milliseconds since 1970; the newest last. */
  readonly times: number[];
}

const MAX_PENDING = 1_000;
const MAX_TIMES = 10_000;

/** Races that were seen in the last minute: one example of each kind, store and pair of routes, and how often. */
export class RaceBook {
  readonly #seen: Map<string, Seen> = new Map();
  /** What failed a request may or may not have harmed it: that is known at its end. */
  readonly #pending: Map<RequestContext, Race[]> = new Map();
  readonly #listeners: Set<() => void> = new Set();
  #total = 0;

  /** How many were seen since the start. */
  get total(): number {
    return this.#total;
  }

  /** `now` in milliseconds since 1970. */
  add(race: Race, now: number): void {
    this.#total++;
    const key = [race.kind, race.store, ...routesOf(race.steps)].join("\n");
    const known = this.#seen.get(key) ?? { race, times: [] };
    known.race = race;
    known.times.push(now);
    if (known.times.length > MAX_TIMES) known.times.shift();
    // The newest last, so that the oldest goes first.
    this.#seen.delete(key);
    this.#seen.set(key, known);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > MAX_RACES && oldest !== undefined) this.#seen.delete(oldest);
    for (const listener of this.#listeners) listener();
  }

  /** Calls `listener` at each race that counts. Returns a function that ends it. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The same, but it counts only if the request fails: of one that knows how to go on nothing is wrong. */
  addIfHarmed(race: Race, context: RequestContext | undefined, now: number): void {
    if (!context) {
      this.add(race, now);
      return;
    }
    const known = this.#pending.get(context) ?? [];
    known.push(race);
    this.#pending.set(context, known);
    const [oldest] = this.#pending.keys();
    if (this.#pending.size > MAX_PENDING && oldest) this.#pending.delete(oldest);
  }

  /** A request ended, or failed before it did. */
  ended(context: RequestContext, isHarmed: boolean, now: number): void {
    const races = this.#pending.get(context);
    if (!races) return;
    this.#pending.delete(context);
    if (isHarmed) for (const race of races) this.add(race, now);
  }

  /** The newest first. */
  read(now: number): readonly RecordedRace[] {
    const races: RecordedRace[] = [];
    for (const [key, { race, times }] of this.#seen) {
      while (times.length > 0 && now - (times[0] as number) > KEPT) times.shift();
      if (times.length === 0) this.#seen.delete(key);
      else races.unshift({ ...race, count: times.length });
    }
    return races;
  }
}

function routesOf(steps: readonly RaceStep[]): string[] {
  return [...new Set(steps.map(({ route, action }) => `${route ?? ""} ${action}`))].sort();
}
