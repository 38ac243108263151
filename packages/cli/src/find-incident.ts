import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { OptionError } from "@sop/core";
import { listIncidents } from "@sop/node/forensics";

/** What can be given for an incident; part of every command's help. */
export const INCIDENT_HELP = "an incident's directory, its bundle, its id, or `latest`";

/** The directory of the incident that is meant. Throws `SOP_ERR_OPTION` that says what there is instead. */
export function findIncident(given: string, dir: string | undefined): string {
  const path = resolve(given);
  if (existsSync(path)) return basename(path) === "bundle" ? dirname(path) : path;
  const known = listIncidents(dir);
  const found = given === "latest" ? known[0] : known.find(({ id }) => id === given);
  if (found) return found.dir;
  const ids = known.slice(0, 5).map(({ id }) => id);
  const there = ids.length === 0 ? "there are no incidents here" : `the newest are ${ids.join(", ")}`;
  throw new OptionError([{ path: "incident", value: JSON.stringify(given), allowed: `${INCIDENT_HELP}; ${there}` }]);
}
