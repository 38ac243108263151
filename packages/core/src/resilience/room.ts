import type { Fanout } from "../observe/fanout.js";
import type { Settings } from "../options/settings.js";
import type { Logger } from "../ports/logger.js";
import type { Emitter } from "../request/emitter.js";
import type { BreakerChange } from "./breaker/events.js";
import { BreakerRegistry } from "./breaker/registry.js";
import { Fleet } from "./fleet/fleet.js";
import type { FleetState } from "./fleet/store.js";

/** The breakers of a Sop, and the fleet they belong to. */
export interface Resilience {
  readonly breakers: BreakerRegistry;
  readonly fleet: Fleet | undefined;
}

/** Makes the breakers' registry, and joins the fleet where there is one; log and observers are told of what changes. */
export function makeResilience(
  { clock, random, asyncContext, breakers: presets, maxBreakers, fleet: fleetSettings }: Settings,
  { log, fanout, emitter }: { readonly log: Logger; readonly fanout: Fanout; readonly emitter: Emitter },
): Resilience {
  let fleet: Fleet | undefined;
  const changed = (change: BreakerChange): void => {
    const { breaker, previous, state, cause, failureRate, slowCallRate } = change;
    const fields = { breaker, previous, state, cause, failure_rate: failureRate, slow_call_rate: slowCallRate };
    if (state === "open") log.warn(fields, "breaker opened");
    else log.info(fields, "breaker changed");
    fleet?.breakerChanged(change);
    fanout.emit("breakerChanged", change);
  };
  const traceId = (): string | undefined => asyncContext.getStore()?.traceId;
  const report = (culprit: object, error: unknown): void =>
    emitter.reportOnce(culprit, "a function given to a breaker threw", error);
  const breakers = new BreakerRegistry({ clock, random, traceId, changed, report }, presets, maxBreakers);

  const fleetChanged = (state: FleetState): void => {
    if (state.kind === "together") log.info({ instances: state.opinions.length }, "breakers hear the fleet");
    else log.warn({ problem: state.problem }, "breakers decide alone: the fleet's store is out of reach");
    fanout.emit("fleetChanged", state);
  };
  const follow = (name: string): void => breakers.find(name)?.follow();
  if (fleetSettings) fleet = new Fleet(fleetSettings, { clock, random, follow, changed: fleetChanged });
  return { breakers, fleet };
}
