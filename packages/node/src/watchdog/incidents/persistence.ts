import type { Signal } from "./watch.js";

/** A signal of the diagnosis. */
interface Seen extends Signal {
  readonly verdict: "confirmed" | "likely";
}

/** How long one that is likely is there before it counts, in milliseconds: what grows needs time to be told from what fills up. */
const USUAL = 1_000;
const GROWING: Readonly<Record<string, number>> = { memory_leak: 4_000, fd_leak: 4_000 };

/** Leaves out signals that come and go between two looks. */
export class Persistence {
  #since = new Map<string, number>();

  /** Those that count. `now` in milliseconds, of a clock that never steps. */
  lasting(signals: readonly Seen[], now: number): readonly Signal[] {
    this.#since = new Map(signals.map(({ name }) => [name, this.#since.get(name) ?? now]));
    return signals.filter(({ name, verdict }) => {
      const wait = verdict === "confirmed" ? 0 : (GROWING[name] ?? USUAL);
      return now - (this.#since.get(name) as number) >= wait;
    });
  }
}
