import { existsSync } from "node:fs";
import { readBoxHeader } from "../blackbox/read-file.js";
import { maskText } from "../forensics/mask.js";
import { autopsy } from "./autopsy.js";
import { flightDirectory } from "./box-place.js";
import { bury, claim, findDead } from "./dead-boxes.js";
import { type DeadIncident, type KnownProcess, type Morgue, writeDead } from "./dead-incident.js";
import { type Death, readDeath } from "./death.js";
import { type NodeReport, takeNodeReport } from "./node-report.js";

const MOST_LINES = 100;
const LONGEST_LINE = 1_000;

/** What became of the black boxes that were found. */
export interface PostMortem {
  readonly incidents: readonly DeadIncident[];
  /** What could not be written: each is tried again by the next one. */
  readonly failed: readonly { readonly box: string; readonly reason: string }[];
  /** Whether there are boxes of which it cannot be told yet whether their process is gone. */
  readonly later: boolean;
}

/** Makes incidents of the black boxes of a service's processes that are gone, each once, whoever else does so at the same time. */
export function postMortem(morgue: Morgue, service: string): PostMortem {
  const { boxes, later } = findDead(morgue.dir, service);
  const incidents: DeadIncident[] = [];
  const failed: { box: string; reason: string }[] = [];
  for (const box of boxes) {
    const claimed = claim(box);
    if (claimed === undefined) continue;
    try {
      const pid = box.header?.pid ?? 0;
      incidents.push(examine(morgue, box.path, claimed, readDeath(box.path), { service, pid, cwd: "" }));
    } catch (error) {
      failed.push({ box: box.path, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return { incidents, failed, later };
}

/** How a process ended, as its supervisor saw it. */
export interface SeenDeath extends Omit<Death, "schema" | "stderr"> {
  /** The last of its standard error, as it was. */
  readonly stderr: string;
}

/**
 * Makes the incident of one process that is gone. `path`: where its black box was, `undefined` where it had none. What its standard error has is
 * masked.
 */
export function postMortemOf(
  morgue: Morgue,
  path: string | undefined,
  { stderr, ...seen }: SeenDeath,
  known: KnownProcess,
): DeadIncident {
  const claimed = path !== undefined && existsSync(path) ? claim({ path, isClaimed: false }) : undefined;
  return examine(morgue, path, claimed, { schema: "sop.death/1", ...seen, stderr: lastLines(stderr) }, known);
}

function lastLines(text: string): string[] {
  const lines = maskText(text).split("\n");
  return lines
    .map((line) => line.slice(0, LONGEST_LINE))
    .filter((line) => line.trim() !== "")
    .slice(-MOST_LINES);
}

/** Node writes its report before it ends itself. */
function saidBy(report: NodeReport | undefined): Death | undefined {
  return report && { schema: "sop.death/1", at: report.at, signal: "SIGABRT", stderr: [report.event] };
}

function examine(
  morgue: Morgue,
  path: string | undefined,
  claimed: string | undefined,
  death: Death | undefined,
  known: KnownProcess,
): DeadIncident {
  const pid = (claimed === undefined ? undefined : readBoxHeader(claimed)?.pid) ?? known.pid;
  const report = takeNodeReport(flightDirectory(morgue.dir), pid);
  const incident = writeDead(autopsy(claimed, death ?? saidBy(report)), known, morgue, report?.text);
  if (path !== undefined) bury(path);
  return incident;
}
