import type { FlagChange, SourceChange } from "../degrade/config-source.js";
import type { RuleChange } from "../degrade/rules/rule.js";
import type { FaultInjector } from "../faults/injector.js";
import type { Incident, IncidentStep } from "../incident/incident.js";
import type { OutgoingFinding } from "../outgoing/finding.js";
import type { Panic } from "../request/panic.js";
import type { Reply } from "../request/reply.js";
import type { RequestContext } from "../request/request-context.js";
import type { BreakerChange } from "../resilience/breaker/events.js";
import type { FleetState } from "../resilience/fleet/store.js";

/** Why a request ended without its handler's answer. */
export type CancelReason = "canceled" | "deadline_exceeded";

/** Listens to the spine. Every method is optional; one that throws (or rejects) is reported once and not called again. */
export interface Observer {
  /** For the report when it is dropped. */
  readonly name?: string;
  /** A request arrived. */
  opened?(context: RequestContext): void;
  /** A policy refused it with `reply`. */
  refused?(context: RequestContext, reply: Reply, policy: string): void;
  /** Its code failed. `context` is `undefined` for an error that belongs to no request. */
  panicked?(context: RequestContext | undefined, panic: Panic): void;
  /** An error got past every catcher. Comes after `panicked`. */
  crashed?(context: RequestContext | undefined, panic: Panic): void;
  /** Its deadline passed. */
  deadlineExpired?(context: RequestContext): void;
  /** It ended with `status` (499 where the client went away) after `duration` milliseconds. */
  closed?(context: RequestContext, status: number, duration: number): void;
  /** A fault was injected into it on purpose. One that answers is `refused` as well, under `injected`. */
  faultInjected?(context: RequestContext, injector: FaultInjector): void;
  /** A circuit breaker changed its state. */
  breakerChanged?(change: BreakerChange): void;
  /** The fleet's store was reached or lost. */
  fleetChanged?(state: FleetState): void;
  /** Something is wrong with how other services are called; each place that calls is told once. */
  outgoingFound?(finding: OutgoingFinding): void;
  /** A flag's value changed. */
  flagChanged?(change: FlagChange): void;
  /** A configuration source became READY, STALE or ERROR. */
  sourceChanged?(change: SourceChange): void;
  /** A rule changed its state: it acts, gives back, rests, or is kept from acting. */
  ruleChanged?(change: RuleChange): void;
  /** An incident was opened. */
  incidentOpened?(incident: Incident): void;
  /** A step of an incident's timeline was reached, or a later trigger joined it. */
  incidentChanged?(incident: Incident, step: IncidentStep | undefined): void;
  /** The signals are back in their normal range. */
  incidentClosed?(incident: Incident): void;
  /** The process stops taking requests. */
  drainStarted?(reason: string): void;
  /** Nothing is in flight any more, or the limit was reached with `left` requests unanswered. */
  drained?(left: number): void;
}

export const OBSERVER_EVENTS = [
  "opened",
  "refused",
  "panicked",
  "crashed",
  "deadlineExpired",
  "closed",
  "faultInjected",
  "breakerChanged",
  "fleetChanged",
  "outgoingFound",
  "flagChanged",
  "sourceChanged",
  "ruleChanged",
  "incidentOpened",
  "incidentChanged",
  "incidentClosed",
  "drainStarted",
  "drained",
] as const satisfies readonly (keyof Observer)[];

/** The name of an event an {@link Observer} can listen to. */
export type ObserverEvent = (typeof OBSERVER_EVENTS)[number];
