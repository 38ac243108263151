import { join } from "node:path";
import { type Clock, type Sop, systemClock } from "@sop/core";
import { type LatencyRecorder, latencyRecorder } from "../../../latency/recorder.js";
import { AlertNotes } from "./alert-notes.js";
import { BreakerHistory } from "./breaker-history.js";
import { type EventFeed, eventFeed } from "./event-feed.js";
import { FaultOverride } from "./fault-override.js";
import { FineSampling } from "./fine-sampling.js";
import { FlagOverrides } from "./flag-overrides.js";
import { InspectorDoor } from "./inspector-door.js";
import { SourceStates } from "./source-states.js";

/** What the main thread has: what readers read of, and commands act on. */
export interface Desk {
  readonly sop: Sop;
  readonly clock: Clock;
  /** When the process began, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly events: EventFeed;
  readonly history: BreakerHistory;
  readonly flags: FlagOverrides;
  readonly faults: FaultOverride;
  readonly sources: SourceStates;
  readonly latency: LatencyRecorder;
  readonly alerts: AlertNotes;
  readonly inspector: InspectorDoor;
  readonly sampling: FineSampling;
  /** Where heap snapshots are written; `undefined`: they may not be. */
  readonly snapshots: string | undefined;
  /** Lets go of the Sop; what was set with an expiry stays, as nobody is left to end it. */
  close(): void;
}

/** How a desk is set up. */
export interface DeskOptions {
  /** Where incidents are recorded. */
  readonly incidents?: string | undefined;
  /** Whether the inspector may be opened. */
  readonly inspector?: boolean | undefined;
}

/** Opens the desk of a Sop. Sources that said something before are not heard, so it is opened with the Sop. */
export function openDesk(
  sop: Sop,
  clock: Clock = systemClock,
  { incidents, inspector: isInspected = false }: DeskOptions = {},
): Desk {
  const events = eventFeed(sop, clock);
  const history = new BreakerHistory(clock);
  history.sample(sop.breakers());
  const flags = new FlagOverrides(sop, clock, events);
  const faults = new FaultOverride(sop, clock, events);
  const sources = new SourceStates(clock);
  const latency = latencyRecorder(sop, clock);
  const inspector = new InspectorDoor(clock, isInspected);
  const sampling = new FineSampling(sop, clock);
  const stop = sop.observe(sources);
  const startedAt = Math.round(clock.now() - process.uptime() * 1_000);
  return {
    sop,
    clock,
    startedAt,
    events,
    history,
    flags,
    faults,
    sources,
    latency,
    alerts: new AlertNotes(sop, incidents),
    inspector,
    sampling,
    snapshots: isInspected && incidents !== undefined ? join(incidents, "memory") : undefined,
    close() {
      stop();
      latency.stop();
      inspector.close();
      sampling.end();
      flags.close();
      faults.close();
      events.close();
    },
  };
}
