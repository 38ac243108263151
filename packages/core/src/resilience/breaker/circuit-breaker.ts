import { OptionCheck } from "../../options/check.js";
import { type Clock, systemClock } from "../../ports/clock.js";
import { CircuitBreaker } from "./breaker.js";
import { BREAKER_OPTION_NAMES, type BreakerOptions, readBreakerOptions } from "./options.js";

/** Options of a breaker that belongs to no `Sop`. */
export interface CircuitBreakerOptions extends BreakerOptions {
  /** Stands in its errors and events. Default `breaker`. */
  readonly name?: string;
  readonly clock?: Clock;
  /** 0..1, 1 left out. Default `Math.random`. */
  readonly random?: () => number;
}

/**
 * A circuit breaker by itself. Of a `Sop`, `sop.breaker(name)` has metrics, logs and trace ids as well. Throws
 * `SOP_ERR_OPTION` for options that are wrong.
 */
export function circuitBreaker(options: CircuitBreakerOptions = {}): CircuitBreaker {
  const check = new OptionCheck(options, "", [...BREAKER_OPTION_NAMES, "name", "clock", "random"]);
  const name = check.text("name", "breaker");
  const clock = check.port<Clock>("clock", ["now", "monotonic"], systemClock);
  const random = check.fn<() => number>("random") ?? Math.random;
  const settings = readBreakerOptions(check);
  check.done();
  const nobody = (): undefined => undefined;
  return new CircuitBreaker(name, settings, { clock, random, traceId: nobody, changed: nobody, report: nobody });
}
