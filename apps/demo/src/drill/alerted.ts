import { type ListedIncident, readIncident } from "@sop/node/forensics";
import type { Alerts } from "../fleet/alerts.ts";
import { check, type StepTaken } from "./step.ts";
import { until } from "./until.ts";

const PATIENCE = 30_000;

/**
 * Only watches. Holds where the catalog's incident has reached who is on call, through Alertmanager and with the command to run next;
 * where that is a step of the incident's timeline; and where Prometheus has seen the crash by itself, by the rule that threw the flag.
 */
export async function alerted(alerts: Alerts, incident: ListedIncident, signal: AbortSignal): Promise<StepTaken> {
  const { id, dir } = incident;
  const wait = { patience: PATIENCE, signal };
  const alert = await until(() => alerts.onCall.heard.find(({ labels }) => labels["incident"] === id), {
    ...wait,
    otherwise: `nobody was told of the incident ${id}: Alertmanager at ${alerts.url}`,
  });
  const { alertname, severity } = alert.labels;
  const { command } = alert.annotations;
  check(alert.status === "firing", `the alert of the incident is ${alert.status}`);
  check(command === `sop report ${id}`, `the alert's command is ${command}`);
  await until(() => readIncident(dir).timeline.find(({ step }) => step === "alerted"), {
    ...wait,
    otherwise: "Alertmanager's webhook did not come back into the incident",
  });
  const watched = async (): Promise<true | undefined> => (await alerts.known()).includes("CrashedOnce") || undefined;
  await until(watched, { ...wait, otherwise: "Prometheus does not tell of the crash" });
  return {
    step: "alerted",
    at: alert.at,
    detail: `${alertname} (${severity}) is at who is on call and in the timeline, CrashedOnce of Prometheus beside it; next: ${command}`,
  };
}
