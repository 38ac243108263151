import type { Clock, Observer } from "@sop/core";
import type { SourceRow } from "../parts.js";

/** What each source of configuration said last. */
export class SourceStates implements Observer {
  readonly name = "admin: sources";
  readonly #clock: Clock;
  readonly #rows = new Map<string, SourceRow>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly sourceChanged: NonNullable<Observer["sourceChanged"]> = (change) => {
    const known = this.#rows.get(change.source);
    const since = known?.state === change.state ? known.since : this.#clock.now();
    this.#rows.set(change.source, { ...change, since });
  };

  read(): SourceRow[] {
    return [...this.#rows.values()];
  }
}
