import type { Sop } from "@sop/core";
import { knownLedger } from "./ledger.js";

/** Who waits, now. A figure is `undefined` where nothing of the kind is tracked. */
export interface Waiting {
  readonly locks: number | undefined;
  readonly pools: number | undefined;
  /** Races that were seen since the start. */
  readonly races: number | undefined;
}

/** How many wait for tracked locks and pools of `sop`; cheap enough to be asked several times a second. */
export function waitingOf(sop: Sop): Waiting {
  const ledger = knownLedger(sop);
  return { locks: ledger?.lockWaiters, pools: ledger?.poolWaiters, races: ledger?.knownRaces?.total };
}
