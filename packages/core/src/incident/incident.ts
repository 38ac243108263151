import type { Panic } from "../request/panic.js";

/** The steps of a closed loop, in their order. */
export const INCIDENT_STEPS = ["contained", "recorded", "diagnosed", "mitigated", "reproduced"] as const;

/** One step of the loop; or `alerted`: an alert about it fired, or was resolved, once for each alert. */
export type IncidentStepName = (typeof INCIDENT_STEPS)[number] | "alerted";

/** A step that was taken. */
export interface IncidentStep {
  readonly step: IncidentStepName;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds since the incident was opened. */
  readonly after: number;
  readonly outcome: "ok" | "failed";
  /** One sentence for people. */
  readonly detail: string;
}

/** What opened an incident, or joined it while it was open. */
export interface IncidentTrigger {
  /** `panic`, `uncaughtException`, `unhandledRejection`, `manual`, or a rule's or sensor's name. */
  readonly kind: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The failed code, where one is known. */
  readonly panic: Panic | undefined;
  readonly requestId: string | undefined;
  readonly route: string | undefined;
  readonly method: string | undefined;
}

/** One failure, from its first sign until the signals are normal again. */
export interface Incident {
  /** Sorts by time: `20261124T041530Z-1f9a`. */
  readonly id: string;
  readonly openedAt: number;
  readonly state: "open" | "closed";
  /** What opened it first, then what joined, at most 100. */
  readonly triggers: readonly IncidentTrigger[];
  /** How many triggers there were in all. */
  readonly triggerCount: number;
  /** Steps in the order in which they were taken. */
  readonly timeline: readonly IncidentStep[];
}

/** An incident that was opened while the main thread could not: by a watchdog beside it. */
export interface OpenedIncident {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Whether two steps are one and the same: each is taken once, but for alerts, which are told apart by their detail. */
export function isSameStep(
  a: Pick<IncidentStep, "step" | "detail">,
  b: Pick<IncidentStep, "step" | "detail">,
): boolean {
  return a.step === b.step && (a.step !== "alerted" || a.detail === b.detail);
}
