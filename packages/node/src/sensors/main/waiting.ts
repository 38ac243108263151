import type { Sop } from "@sop/core";
import { FIGURE, type Figures } from "../../blackbox/main-slot.js";
import { type Waiters, waitersOf } from "../waiters.js";
import type { MainSource } from "./source.js";

/** Who waits for tracked locks and pools; where nothing is tracked, nothing is known. */
export class WaitingSource implements MainSource {
  readonly gives = ["lock_waiting_count", "pool_waiting_count"] as const;
  readonly #waiters: ReadonlySet<Waiters>;

  constructor(sop: Sop) {
    this.#waiters = waitersOf(sop);
  }

  read(figures: Figures): void {
    let locks = Number.NaN;
    let pools = Number.NaN;
    for (const waiters of this.#waiters) {
      const { waiting } = waiters.numbers();
      if (waiters.kind === "lock") locks = (locks || 0) + waiting;
      else pools = (pools || 0) + waiting;
    }
    figures[FIGURE.lock_waiting_count] = locks;
    figures[FIGURE.pool_waiting_count] = pools;
  }
}
