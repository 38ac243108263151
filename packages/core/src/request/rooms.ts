import type { FaultRoom } from "../faults/fault-room.js";
import type { IncidentDesk } from "../incident/incident-desk.js";
import type { Metrics } from "../metrics/metrics.js";
import type { Fanout } from "../observe/fanout.js";
import type { AsyncContext } from "../ports/async-context.js";
import type { Clock } from "../ports/clock.js";
import type { Ids } from "../ports/ids.js";
import type { Logger } from "../ports/logger.js";
import type { Emitter } from "./emitter.js";
import type { InFlight } from "./in-flight.js";
import type { AdmissionPolicy } from "./policy.js";
import type { TimerWheel } from "./timer-wheel.js";

/** Everything the four verbs touch; one a `Sop`. */
export interface Rooms {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly asyncContext: AsyncContext;
  readonly wheel: TimerWheel;
  readonly metrics: Metrics;
  readonly fanout: Fanout;
  readonly incidents: IncidentDesk;
  readonly inFlight: InFlight;
  readonly emitter: Emitter;
  readonly policies: readonly AdmissionPolicy[];
  /** `undefined` where none may be injected. */
  readonly faults: FaultRoom | undefined;
  readonly deadline: { readonly default: number | undefined; readonly max: number };
}
