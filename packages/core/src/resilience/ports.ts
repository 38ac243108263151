import type { OptionCheck } from "../options/check.js";
import { type Clock, systemClock } from "../ports/clock.js";

/** The option `clock` of a policy. */
export function readClock(check: OptionCheck): Clock {
  return check.port<Clock>("clock", ["now", "monotonic", "setTimeout", "clearTimeout"], systemClock);
}
