import type { Signal } from "@sop/core";

/** How long one that is likely is there before it counts, in milliseconds: what grows needs time to be told from what fills up. */
const USUAL = 1_000;
const GROWING: Readonly<Record<string, number>> = { memory_leak: 2_000, fd_leak: 2_000 };

/** Leaves out signals that come and go between two looks. */
export class Persistence {
  #since = new Map<string, number>();

  /** Those that count. `now` in milliseconds, of a clock that never steps. */
  lasting(signals: readonly Signal[], now: number): readonly Signal[] {
    this.#since = new Map(signals.map(({ name }) => [name, this.#since.get(name) ?? now]));
    return signals.filter(({ name, verdict }) => {
      // What is suspected is looked into, which tells.
      const wait = verdict === "likely" ? (GROWING[name] ?? USUAL) : 0;
      return now - (this.#since.get(name) as number) >= wait;
    });
  }
}
