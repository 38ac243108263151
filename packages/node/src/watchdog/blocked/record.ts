import { createHash } from "node:crypto";
import { join } from "node:path";
import type { OpenedIncident, RecordedWindow } from "@sop/core";
import { diagnose } from "@sop/core/diagnosis";
import { readInFlight } from "../../blackbox/in-flight.js";
import type { BlackBox } from "../../blackbox/memory.js";
import { readRecords } from "../../blackbox/read-records.js";
import { makeDirectory } from "../../files/make-directory.js";
import { flightFile } from "../../flight/flight-file.js";
import { type EvidenceFile, type LeftOut, manifest } from "../../forensics/bundle.js";
import { type IncidentRecord, withKnownSteps, writeIncident } from "../../forensics/incident-file.js";
import { json } from "../../forensics/mask.js";
import { readJson } from "../../forensics/read-json.js";
import { reportFiles } from "../../forensics/report/files.js";
import { Shelf } from "../../forensics/shelf.js";
import { writeWhole } from "../../forensics/write-whole.js";
import { sensorsFile } from "../../sensors/sensors-file.js";
import type { WatchdogStart } from "../link/messages.js";
import { BLOCKED_SIGNAL, triggerOf } from "../signals.js";
import { flownWindow } from "../worker/window.js";

const SILENT = "the main thread, which has it, does not answer";
/** Of what only the main thread has. */
const MISSING = ["events.ndjson", "flags.json", "report.json", "request.json", "heap.pb.gz", "cpu.pb.gz"];
const EVERY = 200;
const FLIGHT = 120_000;
const MOST_REQUESTS = 1_000;

/** What the flight recorder left in the shared memory, as files. */
function flightFiles(box: BlackBox, until: number): EvidenceFile[] {
  const records = readRecords(box, until - FLIGHT);
  const requests = readInFlight(box).filter(({ kind }) => kind === "request");
  if (records.length === 0 && requests.length === 0) return [];
  const shown = requests.slice(0, MOST_REQUESTS).map(({ requestId: id, method, route, startedAt, phase }) => {
    return { id, method, route, startedAt, age: until - startedAt, phase };
  });
  return [
    ["bundle/requests.json", json({ count: requests.length, requests: shown })],
    ["bundle/flight.ndjson", flightFile(records)],
  ];
}

const KINDS: Readonly<Record<string, string>> = {
  "bundle/stacks.json": "stacks",
  "bundle/sensors.json": "sensors",
  "bundle/flight.ndjson": "flight-records",
};

/**
 * Writes the incident of a main thread that is silent, in its place: whole, and again with each further stack. What the main thread wrote
 * of it before it fell silent stays.
 */
export function writeBlocked(
  { incidents, origin }: WatchdogStart,
  box: BlackBox,
  { id, at }: OpenedIncident,
  own: RecordedWindow,
): void {
  if (incidents === undefined) return;
  const dir = join(incidents.dir, id);
  const before = found<IncidentRecord>(dir, "incident.json");
  const window = {
    ...found<RecordedWindow>(dir, "bundle/window.json"),
    ...own,
    ...flownWindow(box, own.troubleAt ?? at),
  };
  const files: EvidenceFile[] = [
    ["bundle/stacks.json", json({ schema: "sop.stacks/1", stacks: window.stacks ?? [] })],
    ["bundle/sensors.json", sensorsFile(window.samples ?? [], EVERY)],
    ...flightFiles(box, Date.now()),
    ["bundle/window.json", json(window)],
  ];
  const listed = manifestOf(id, origin, files, found<Manifest>(dir, "bundle/manifest.json"));
  makeDirectory(join(dir, "bundle"));
  for (const [name, data] of files) writeWhole(join(dir, name), data);
  writeWhole(join(dir, "bundle/manifest.json"), json(listed));
  const recordedAt = Date.now();
  const diagnosis = diagnose(window);
  writeWhole(join(dir, "diagnosis.json"), json(diagnosis));
  const diagnosedAt = Date.now();
  const names = [...listed.files.map(({ name }) => name), "bundle/manifest.json"];
  const record = withStall(before ?? newRecord(id, at, origin), at, window);
  const steps = [
    { step: "recorded", at: recordedAt, outcome: "ok", detail: `${names.length} files of evidence` },
    { step: "diagnosed", at: diagnosedAt, outcome: "ok", detail: diagnosis.summary },
  ] as const;
  const timeline = steps.map((step) => ({ ...step, after: step.at - record.openedAt }));
  const incident = withKnownSteps(dir, { ...record, timeline });
  for (const [name, data] of reportFiles({ incident, diagnosis, window, files: names, missing: listed.leftOut }))
    writeWhole(join(dir, name), data);
  writeIncident(dir, incident);
  new Shelf(incidents.dir, incidents).prune(id);
}

interface Manifest {
  readonly files: readonly { readonly name: string }[];
  readonly leftOut: readonly LeftOut[];
}

/** The manifest of what is written now, together with what was there before. */
function manifestOf(
  id: string,
  origin: WatchdogStart["origin"],
  files: readonly EvidenceFile[],
  before: Manifest | undefined,
): Manifest {
  const evidence = {
    events: [],
    requests: [],
    flags: {},
    report: null,
    failing: { request: undefined, body: undefined, leftOut: [] },
    contributed: { files: [], leftOut: [] },
  };
  const made = JSON.parse(manifest(id, origin, [], evidence)) as object;
  const written = files.map(([name, data]) => ({
    name,
    kind: KINDS[name] ?? (name === "bundle/window.json" ? "recorded-window" : "requests-in-flight"),
    bytes: Buffer.byteLength(data),
    sha256: createHash("sha256").update(data).digest("hex"),
  }));
  const names = new Set(files.map(([name]) => name));
  const kept = before?.files.filter(({ name }) => !names.has(name)) ?? [];
  const leftOut = before?.leftOut ?? MISSING.map((file) => ({ file: `bundle/${file}`, why: SILENT }));
  return { ...made, files: [...written, ...kept], leftOut: leftOut.filter(({ file }) => !names.has(file)) };
}

function newRecord(id: string, at: number, { service, entry }: WatchdogStart["origin"]): IncidentRecord {
  return {
    schema: "sop.incident/1",
    id,
    service,
    state: "open",
    openedAt: at,
    trigger: { kind: triggerOf(BLOCKED_SIGNAL), at },
    triggers: [],
    triggerCount: 0,
    timeline: [],
    process: { pid: process.pid, node: process.version, cwd: process.cwd(), entry },
  };
}

/** The incident with the stall as one of its triggers, once. */
function withStall(record: IncidentRecord, at: number, { stacks = [] }: RecordedWindow): IncidentRecord {
  const kind = triggerOf(BLOCKED_SIGNAL);
  if (record.triggers.some((trigger) => trigger.kind === kind)) return record;
  const last = stacks.filter(({ requestId }) => requestId !== undefined).at(-1);
  const trigger = { kind, at, requestId: last?.requestId, method: last?.method, route: last?.route };
  const isFirst = record.triggers.length === 0;
  const triggers = [...record.triggers, trigger];
  return { ...record, ...(isFirst && { trigger }), triggers, triggerCount: record.triggerCount + 1 };
}

function found<T>(dir: string, file: string): T | undefined {
  try {
    return readJson<T>(dir, file);
  } catch {
    return undefined;
  }
}
