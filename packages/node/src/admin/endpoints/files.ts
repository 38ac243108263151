import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { Diagnosis } from "@sop/core";
import { type IncidentRecord, isIncident } from "../../forensics/incident-file.js";
import { packedNow } from "../../forensics/pack/pack.js";
import type { Asked } from "./endpoint.js";
import { BundleFile, LeftOut, Row } from "./incident-schemas.js";
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
    ...(names.includes("packed") && { packed: dir === undefined ? null : pack(dir, asked) }),
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
    if (incident) rows.push(onlyOf(Row, rowOf(incident)) as IncidentRow);
  }
  return { total: ids.length, rows };
}

/** Bytes of what is packed; more is fetched from the disk. */
const MOST_PACKED = 128 * 2 ** 20;

function pack(dir: string, asked: Asked | undefined): Uint8Array | null {
  const incident = found(dir, asked);
  return incident ? packedNow(join(dir, incident.id), incident.openedAt, MOST_PACKED) : null;
}

function found(dir: string, asked: Asked | undefined): IncidentRecord | undefined {
  const id = asked?.params["id"] ?? "";
  // The schema has it too; here it keeps a path from leaving the directory, whoever calls.
  return ID.test(id) && isDirectory(join(dir, id)) ? readIncident(dir, id) : undefined;
}

function readOne(dir: string, asked: Asked | undefined): IncidentDetail | null {
  const incident = found(dir, asked);
  if (incident === undefined) return null;
  const at = join(dir, incident.id);
  const bundle = join(at, "bundle");
  const { files, leftOut } = Object(isDirectory(bundle) ? readJson(join(bundle, "manifest.json")) : undefined);
  return {
    incident,
    diagnosis: readJson(join(at, "diagnosis.json")) as Diagnosis | undefined,
    report: readText(join(at, "report.md")),
    files: rowsOf<IncidentDetail["files"][number]>(BundleFile, files),
    leftOut: rowsOf<IncidentDetail["leftOut"][number]>(LeftOut, leftOut),
  };
}

/** Those of a file's rows that are as they are described; the file may be another program's, or of another time. */
function rowsOf<T>(schema: TSchema, rows: unknown): T[] {
  if (!Array.isArray(rows)) return [];
  return rows.slice(0, MOST_FILES).flatMap((row) => (Value.Check(schema, row) ? [onlyOf(schema, row) as T] : []));
}

/** What is described of a row, and nothing beyond. */
function onlyOf(schema: TSchema, row: unknown): unknown {
  return Value.Clean(schema, structuredClone(row));
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
    steps: [...new Set(timeline.map((taken) => Object(taken).step))],
  };
}

function readIncident(dir: string, id: string): IncidentRecord | undefined {
  const read = readJson(join(dir, id, "incident.json"));
  // One file that is not as it should be must not take the others out of an operator's sight.
  return isIncident(read) && read.id === id && Value.Check(Row, rowOf(read)) ? read : undefined;
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
