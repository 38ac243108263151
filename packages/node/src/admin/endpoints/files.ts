import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Diagnosis } from "@sop/core";
import { type IncidentRecord, isIncident } from "../../forensics/incident-file.js";
import type { Asked } from "./endpoint.js";
import type { FilePartName, FileParts, IncidentDetail, IncidentRow } from "./parts.js";

/** What an incident's directory is called: its time, and what tells it from others of the same second. */
export const INCIDENT_ID = "^[0-9]{8}T[0-9]{6}Z-[A-Za-z0-9]{1,32}$";

const ID = new RegExp(INCIDENT_ID);
const MAX_FILE = 1_048_576;
const MOST_FILES = 1_000;

/** Reads the parts that are files. `dir`: the incidents' directory, absolute; `undefined` where none are recorded. */
export function readFiles(
  names: readonly FilePartName[],
  dir: string | undefined,
  asked: Asked | undefined,
): Partial<FileParts> {
  return {
    ...(names.includes("incidents") && { incidents: dir === undefined ? undefined : readList(dir, asked) }),
    ...(names.includes("recorded") && { recorded: dir === undefined ? null : readOne(dir, asked) }),
  };
}

/** The incidents before the one named by `before`, the newest first, at most `limit`. */
function readList(dir: string, asked: Asked | undefined): FileParts["incidents"] {
  const { limit = 20, before } = Object(asked?.query) as { limit?: number; before?: string };
  const ids = idsIn(dir);
  const rows: IncidentRow[] = [];
  for (const id of ids) {
    if (rows.length >= limit) break;
    if (before !== undefined && id >= before) continue;
    const incident = readIncident(dir, id);
    if (incident) rows.push(rowOf(incident));
  }
  return { total: ids.length, rows };
}

function readOne(dir: string, asked: Asked | undefined): IncidentDetail | null {
  const id = asked?.params["id"] ?? "";
  // The schema has it too; here it keeps a path from leaving the directory, whoever calls.
  const incident = ID.test(id) && isDirectory(join(dir, id)) ? readIncident(dir, id) : undefined;
  if (incident === undefined) return null;
  const at = join(dir, id);
  const { files = [], leftOut = [] } = (readJson(join(at, "bundle/manifest.json")) ?? {}) as Partial<IncidentDetail>;
  return {
    incident,
    diagnosis: readJson(join(at, "diagnosis.json")) as Diagnosis | undefined,
    report: readText(join(at, "report.md")),
    files: files.slice(0, MOST_FILES),
    leftOut: leftOut.slice(0, MOST_FILES),
  };
}

function rowOf({
  timeline,
  id,
  service,
  state,
  openedAt,
  closedAt,
  triggerCount,
  trigger,
}: IncidentRecord): IncidentRow {
  return {
    id,
    service,
    state,
    openedAt,
    closedAt,
    triggerCount,
    trigger,
    steps: [...new Set(timeline.map(({ step }) => step))],
  };
}

function readIncident(dir: string, id: string): IncidentRecord | undefined {
  const read = readJson(join(dir, id, "incident.json"));
  return isIncident(read) && read.id === id ? read : undefined;
}

function idsIn(dir: string): string[] {
  try {
    const entries = readdirSync(dir, { withFileTypes: true });
    const found = entries.filter((entry) => entry.isDirectory() && ID.test(entry.name));
    return found
      .map(({ name }) => name)
      .sort()
      .reverse();
  } catch {
    return [];
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readText(file) ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}

// What is linked lies elsewhere, and was not written by who records incidents.
function isDirectory(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** A file's text; `undefined` where it is not there, is a link, or too large to be what it is called. */
function readText(file: string): string | undefined {
  try {
    const found = lstatSync(file);
    return found.isFile() && found.size <= MAX_FILE ? readFileSync(file, "utf8") : undefined;
  } catch {
    return undefined;
  }
}
