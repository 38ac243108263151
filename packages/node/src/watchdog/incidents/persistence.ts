import type { Signal } from "@sop/core";

type Seen = Pick<Signal, "name" | "at" | "verdict">;

/** How long one that is likely is there before it counts, in milliseconds: what grows needs time to be told from what fills up. */
const USUAL = 1_000;
const GROWING: Readonly<Record<string, number>> = { memory_leak: 2_000, fd_leak: 2_000 };

/** Leaves out signals that come and go between two looks; and of what grows those of which nothing new was seen. */
export class Persistence {
  #since = new Map<string, { readonly now: number; readonly at: number }>();

  /** Those that count. `now` in milliseconds, of a clock that never steps. */
  lasting(signals: readonly Seen[], now: number): readonly Seen[] {
    const likely = signals.filter(({ verdict }) => verdict === "likely");
    this.#since = new Map(likely.map(({ name, at }) => [name, this.#since.get(name) ?? { now, at }]));
    return signals.filter(({ name, at, verdict }) => {
      const first = this.#since.get(name);
      if (verdict !== "likely" || !first) return true;
      const growing = GROWING[name];
      return now - first.now >= (growing ?? USUAL) && (growing === undefined || at > first.at);
    });
  }
}
