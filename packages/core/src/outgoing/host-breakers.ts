import type { Logger } from "../ports/logger.js";
import { loggable } from "../request/panic.js";
import type { BreakerRegistry } from "../resilience/breaker/registry.js";
import type { Policy } from "../resilience/policy.js";
import type { OutgoingSettings } from "./options.js";

/** What guards the calls to a host: what the options say, else a breaker of its name where that is asked for. */
export function guardsOf(
  { policy, breaker }: OutgoingSettings,
  breakers: BreakerRegistry,
  log: Logger,
): ((host: string) => Policy | undefined) | undefined {
  if (policy !== undefined || breaker === undefined) return policy;
  const options = breaker === true ? undefined : breaker;
  let isTold = false;
  return (host) => {
    try {
      return breakers.get(host, options);
    } catch (error) {
      // A call without a breaker is better than none.
      if (!isTold) log.warn({ host, err: loggable(error) }, "a host is called without a breaker");
      isTold = true;
      return undefined;
    }
  };
}
