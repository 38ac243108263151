import type { BreakerStateName } from "@sop/core";
import type { Paint } from "../../text/paint.js";
import type { Cell } from "../../text/table.js";

/** A breaker's state; red where calls are refused, yellow where it does not decide by itself, or not yet. */
export function breakerState(state: BreakerStateName, paint: Paint): Cell {
  if (state === "closed") return { text: state, paint: paint.green };
  return { text: state, paint: state === "open" || state === "forced_open" ? paint.red : paint.yellow };
}
