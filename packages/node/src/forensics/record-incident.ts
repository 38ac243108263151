import type { Incident, IncidentTrigger } from "@sop/core";
import type { Origin } from "./bundle.js";
import type { IncidentRecord } from "./incident-file.js";
import { recordTrigger } from "./window.js";

/** What changes while an incident goes on, taken at one moment. */
interface Progress {
  readonly triggers: readonly IncidentTrigger[];
  readonly triggerCount: number;
  /** Milliseconds since 1970. */
  readonly closedAt: number | undefined;
  /** Where the failing request is recorded. */
  readonly request: string | undefined;
}

/** What `incident.json` says of an incident of this process. */
export function recordIncident(
  { id, openedAt, timeline }: Incident,
  { service, entry }: Origin,
  { triggers, triggerCount, closedAt, request }: Progress,
): IncidentRecord {
  const recorded = triggers.map(recordTrigger);
  return {
    schema: "sop.incident/1",
    id,
    service,
    state: closedAt === undefined ? "open" : "closed",
    openedAt,
    closedAt,
    trigger: recorded[0] ?? { kind: "unknown", at: openedAt },
    triggers: recorded,
    triggerCount,
    timeline,
    process: { pid: process.pid, node: process.version, cwd: process.cwd(), entry },
    request,
  };
}
