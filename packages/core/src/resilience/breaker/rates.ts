import type { BreakerSettings } from "./options.js";
import { CountWindow, TimeWindow, type Window } from "./window.js";

/** The shares of failed and of slow calls; `undefined` while there are too few calls. */
export interface Rates {
  readonly failureRate: number | undefined;
  readonly slowCallRate: number | undefined;
}

const UNKNOWN: Rates = { failureRate: undefined, slowCallRate: undefined };

/** An empty window of the size that the settings say. */
export function windowOf({ windowType, windowSize }: BreakerSettings): Window {
  return windowType === "count" ? new CountWindow(windowSize) : new TimeWindow(windowSize);
}

/** The rates of a window at `now`. */
export function ratesOf(window: Window | undefined, { minimum }: BreakerSettings, now: number): Rates {
  window?.look(now);
  if (window === undefined || window.calls === 0 || window.calls < minimum) return UNKNOWN;
  const { calls, failures, slow } = window;
  return { failureRate: Math.min(1, failures / calls), slowCallRate: slow / calls };
}

/** What a window has too much of, or `undefined`. Makes nothing: it is asked at each call that was not good. */
export function excessOf(
  { calls, failures, slow }: Window,
  { minimum, failureRate, slowRate }: BreakerSettings,
): "failure_rate" | "slow_call_rate" | undefined {
  if (calls < minimum) return undefined;
  if (failures / calls >= failureRate) return "failure_rate";
  return slow / calls >= slowRate ? "slow_call_rate" : undefined;
}
