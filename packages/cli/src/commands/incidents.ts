import { type ListedIncident, listIncidents } from "@sop/node/forensics";
import { EXIT, print, type Terminal } from "../terminal.js";

/** Lists recorded incidents, the newest first. */
export function listAll(dir: string | undefined, json: boolean | undefined, terminal: Terminal): number {
  const incidents = listIncidents(dir);
  const lines = incidents.map(lineOf);
  print(terminal, json, incidents, lines.length === 0 ? "No incidents." : lines.join("\n"));
  return EXIT.fine;
}

function lineOf({ id, service, state, trigger, timeline }: ListedIncident): string {
  const what = [trigger.kind, trigger.method, trigger.route].filter((part) => part !== undefined).join(" ");
  const steps = timeline.map(({ step, outcome }) => (outcome === "ok" ? step : `${step} (failed)`)).join(", ");
  return `${id}  ${state.padEnd(6)}  ${service}  ${what}  ${steps}`;
}
