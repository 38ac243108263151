import { join } from "node:path";
import type { BreakerChange, BreakerStateName, Incident } from "@sop/core";
import { maskText } from "../forensics/mask.js";
import { type Alert, type Labels, tidy } from "./alert.js";

/** What all alerts of a service have in common. */
export interface Sender {
  readonly service: string;
  readonly instance: string;
  /** Labels that the user adds. */
  readonly labels: Labels;
  /** Where incidents are. */
  readonly incidents: string;
  readonly runbooks: string;
  readonly generatorURL: string | undefined;
}

/** The names of the alerts that a service itself sends. */
export const PUSHED = { breaker: "SopBreakerOpen", incident: "SopIncident", drain: "SopDraining" } as const;

const NOT_CLOSED: readonly BreakerStateName[] = ["open", "forced_open", "half_open"];

/** Whether calls are refused in this state, some or all. */
export function isOpen(state: BreakerStateName): boolean {
  return NOT_CLOSED.includes(state);
}

export function breakerLabels(sender: Sender, breaker: string): Labels {
  return labelsOf(sender, PUSHED.breaker, "warning", { breaker });
}

export function breakerAlert(sender: Sender, { breaker, at, state, cause, failureRate }: BreakerChange): Alert {
  const rate = failureRate === undefined ? "" : `, ${Math.round(failureRate * 100)} % of its calls had failed`;
  return alertOf(sender, breakerLabels(sender, breaker), at, {
    summary: `${sender.service}: circuit breaker ${breaker} is ${state}`,
    description: `Calls through ${breaker} are refused (${cause}${rate}).`,
    command: "sop snapshot",
  });
}

export function incidentLabels(sender: Sender, { id, triggers }: Incident): Labels {
  return labelsOf(sender, PUSHED.incident, "critical", { incident: id, trigger: triggers[0]?.kind ?? "unknown" });
}

/** `known`: what was found out of it so far. */
export function incidentAlert(sender: Sender, incident: Incident, known?: string): Alert {
  const { id, openedAt, triggers } = incident;
  const [first] = triggers;
  const where = first?.route === undefined ? "" : `, on ${first.method} ${first.route}`;
  return alertOf(sender, incidentLabels(sender, incident), openedAt, {
    summary: `${sender.service}: incident ${id} (${first?.kind ?? "unknown"})`,
    description: maskText(known ?? `${first?.panic?.type ?? first?.kind ?? "unknown"}${where}; it is being diagnosed.`),
    incident: id,
    dir: join(sender.incidents, id),
    command: `sop report ${id}`,
  });
}

export function drainAlert(sender: Sender, reason: string, at: number): Alert {
  return alertOf(sender, labelsOf(sender, PUSHED.drain, "info", {}), at, {
    summary: `${sender.service}: an instance is draining`,
    description: maskText(`It takes nothing new and ends: ${reason}.`),
    command: "sop incidents",
  });
}

function labelsOf({ service, instance, labels }: Sender, alertname: string, severity: string, own: Labels): Labels {
  return tidy({ ...labels, ...own, alertname, service, instance, severity, source: "sop" });
}

function alertOf({ runbooks, generatorURL }: Sender, labels: Labels, startsAt: number, annotations: Labels): Alert {
  const runbook = `${runbooks}/alerts.md#${(labels["alertname"] ?? "").toLowerCase()}`;
  return {
    labels,
    annotations: tidy({ ...annotations, runbook_url: runbook }),
    startsAt,
    endedAt: undefined,
    generatorURL,
  };
}
