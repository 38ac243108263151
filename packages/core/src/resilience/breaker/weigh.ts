import { isRefusal } from "../refused.js";
import { type BreakerSettings, DEFAULT_WAIT } from "./options.js";
import type { BreakerPorts } from "./ports.js";
import { MAX_WEIGHT } from "./window.js";

type Report = BreakerPorts["report"];

/** The weight of a call that counts as nothing. */
export const IGNORED = -1;

/** How much of a failure a returned value is: 0 or 1. */
export function weighValue({ recordResult }: BreakerSettings, value: unknown, report: Report): number {
  return recordResult !== undefined && ask(recordResult, value, false, report) ? 1 : 0;
}

/**
 * How much of a failure an error is: {@link IGNORED}, 0 for one that is no failure, else its weight. What a policy of this process
 * refused, such as a bulkhead within the breaker, says nothing of what is called.
 */
export function weighError(settings: BreakerSettings, error: unknown, report: Report): number {
  if (isRefusal(error)) return IGNORED;
  const { ignoreError, recordError, errorWeight } = settings;
  if (ignoreError !== undefined && ask(ignoreError, error, false, report)) return IGNORED;
  if (recordError !== undefined && !ask(recordError, error, true, report)) return 0;
  if (errorWeight === undefined) return 1;
  const weight = ask(errorWeight, error, 1, report);
  return weight >= 0 && weight <= MAX_WEIGHT ? weight : 1;
}

/** How long the n-th opening in a row lasts, in milliseconds. */
export function waitOf({ wait }: BreakerSettings, openings: number, chance: number, report: Report): number {
  return ask((n) => wait(n, chance), openings, DEFAULT_WAIT, report, wait);
}

/** What a user's function says; one that throws is reported once and answers `otherwise`. */
function ask<A, R>(fn: (argument: A) => R, argument: A, otherwise: R, report: Report, culprit: object = fn): R {
  try {
    return fn(argument);
  } catch (error) {
    report(culprit, error);
    return otherwise;
  }
}
