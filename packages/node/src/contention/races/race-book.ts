import type { RecordedRace } from "@sop/core";
import type { RaceStep } from "./actor.js";

const MAX_RACES = 100;
/** Milliseconds for which a race is told after it was last seen. */
const KEPT = 300_000;

interface Seen {
  race: Omit<RecordedRace, "count">;
  /** When it was seen, in milliseconds since 1970; the newest last. */
  readonly times: number[];
}

const MAX_TIMES = 10_000;

/** Races that were seen in the last five minutes: one example of each kind, store and pair of routes, and how often. */
export class RaceBook {
  readonly #seen: Map<string, Seen> = new Map();
  readonly #listeners: Set<(race: RecordedRace) => void> = new Set();
  #total = 0;

  /** How many were seen since the start. */
  get total(): number {
    return this.#total;
  }

  /** `now` in milliseconds since 1970. */
  add(race: Omit<RecordedRace, "count">, now: number): void {
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
    for (const listener of this.#listeners) listener({ ...race, count: known.times.length });
  }

  /** Calls `listener` with each race, when it is seen. Returns a function that ends it. */
  listen(listener: (race: RecordedRace) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
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
