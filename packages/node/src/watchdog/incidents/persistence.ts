import type { Signal } from "@sop/core";

type Seen = Pick<Signal, "name" | "at" | "verdict">;

/** How long one is there before it counts, in milliseconds, unless it is confirmed: what grows needs time to be told from what fills up. */
const USUAL = { confirmed: 0, likely: 1_000, suspected: 0 } as const;
const GROWING: Readonly<Record<string, number>> = { memory_leak: 2_000, fd_leak: 2_000 };

/** Leaves out signals that come and go between two looks. */
export class Persistence {
  #since = new Map<string, number>();

  /** Those that count. `now` in milliseconds, of a clock that never steps. */
  lasting(signals: readonly Seen[], now: number): readonly Seen[] {
    this.#since = new Map(signals.map(({ name }) => [name, this.#since.get(name) ?? now]));
    return signals.filter(({ name, verdict }) => {
      const wait = verdict === "likely" ? (GROWING[name] ?? USUAL.likely) : USUAL[verdict];
      return now - (this.#since.get(name) as number) >= wait;
    });
  }
}
