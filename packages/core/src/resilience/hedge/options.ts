import type { OptionCheck } from "../../options/check.js";
import type { Duration } from "../../options/duration.js";
import type { Clock } from "../../ports/clock.js";
import { readClock } from "../ports.js";
import { type RetryBudget, type RetryBudgetOptions, readBudget } from "../retry/retry-budget.js";

/** Options of `hedge`. Everything has a default. */
export interface HedgeOptions {
  /**
   * How long an attempt may take before another one is started beside it: 1 ms to 1 h, or a percentile of the durations measured so
   * far, 0.01 to 0.999. Before 16 calls were measured nothing is hedged. Default `{ percentile: 0.95 }`.
   */
  readonly delay?: Duration | { readonly percentile: number };
  /** Attempts beside the first one, 1 to 10. Default 1. */
  readonly maxHedges?: number;
  /** Whether calls may be made twice, as for `retry`. Default false. */
  readonly idempotent?: boolean;
  /** How much may be started beside, as for `retry`. Default: a budget of its own, with the defaults of `retryBudget`. */
  readonly budget?: RetryBudgetOptions | RetryBudget | false;
  readonly clock?: Clock;
}

/** The names of all options. */
export const HEDGE_OPTION_NAMES = [
  "delay",
  "maxHedges",
  "idempotent",
  "budget",
  "clock",
] as const satisfies readonly (keyof HedgeOptions)[];

/** When the next attempt is started. */
export type HedgeDelay =
  | { readonly kind: "fixed"; readonly ms: number }
  | { readonly kind: "percentile"; readonly share: number };

/** Options with every default filled in. */
export interface HedgeSettings {
  readonly delay: HedgeDelay;
  readonly maxHedges: number;
  readonly idempotent: boolean;
  readonly budget: RetryBudget | undefined;
  readonly clock: Clock;
}

/** The tail that is worth a second attempt (J. Dean and L. A. Barroso, The Tail at Scale, 2013): it costs 5 % more calls. */
const TAIL = 0.95;

/** Reads the options of `hedge`; problems are collected in `check`. */
export function readHedgeOptions(check: OptionCheck): HedgeSettings {
  const clock = readClock(check);
  return {
    delay: readDelay(check),
    maxHedges: check.integer("maxHedges", 1, 1, 10),
    idempotent: check.flag("idempotent", false),
    budget: readBudget(check, clock),
    clock,
  };
}

function readDelay(check: OptionCheck): HedgeDelay {
  const given = check.value("delay");
  if (given !== undefined && typeof given !== "object") {
    return { kind: "fixed", ms: check.duration("delay", 1, 1, 3_600_000) };
  }
  const share = check.nested("delay", ["percentile"]).number("percentile", TAIL, 0.01, 0.999);
  return { kind: "percentile", share };
}
