import type { FlagValue } from "../config-source.js";
import type { FlagDefinition } from "./definition.js";

/** The two values of a rollout. */
export interface Rollout<T extends FlagValue> {
  /** What the share gets. */
  readonly to: T;
  /** What all others get. */
  readonly from: T;
  /**
   * An expression that gives the text to split by. Default: the flag's name with the targeting key, else with the id of the request, so
   * that requests of nobody known are split too.
   */
  readonly by?: Readonly<Record<string, unknown>>;
}

/** Weights of a rollout are hundredths of a percent. */
const TOTAL = 10_000;

/** The text that requests are split by: the flag and the targeting key, else the id of the request. */
export const WHOM = { cat: [{ var: "$flagd.flagKey" }, { var: ["targetingKey", { var: "requestId" }] }] };

/**
 * The definition of a flag that is `to` for a share of those who ask (0..1, in steps of 0.0001) and `from` for the others. A share that
 * grows moves nobody back. Throws a `RangeError` for a share that is none.
 */
export function rollout<T extends FlagValue>(share: number, { to, from, by = WHOM }: Rollout<T>): FlagDefinition {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`share: got ${share}, expected a ratio of 0 to 1`);
  const weight = Math.round(share * TOTAL);
  return {
    variants: { to, from },
    defaultVariant: "from",
    targeting: { fractional: [by, ["to", weight], ["from", TOTAL - weight]] },
  };
}
