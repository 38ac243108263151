import { createHash } from "node:crypto";
import { join } from "node:path";
import { type Diagnosis, diagnose, type IncidentStep, type RecordedWindow } from "@sop/core";
import { makeDirectory } from "../files/make-directory.js";
import { type Evidence, type EvidenceFile, leftOut, manifest, type Origin } from "../forensics/bundle.js";
import type { HeavyResult } from "../forensics/heavy.js";
import {
  type IncidentRecord,
  listIncidents,
  type RecordedTrigger,
  withKnownSteps,
  writeIncident,
} from "../forensics/incident-file.js";
import { json } from "../forensics/mask.js";
import { readWindow } from "../forensics/read-evidence.js";
import { readJson } from "../forensics/read-json.js";
import { reportFiles } from "../forensics/report/files.js";
import { Shelf } from "../forensics/shelf.js";
import { writeWhole } from "../forensics/write-whole.js";
import { sensorsFile } from "../sensors/sensors-file.js";
import type { Autopsy } from "./autopsy.js";
import { flightFile } from "./flight-file.js";

/** Where incidents of the dead are written, and how many are kept. */
export interface Morgue {
  readonly dir: string;
  readonly keep: number;
  readonly maxBytes: number;
}

/** Of whom it is, where its black box does not say. */
export interface KnownProcess {
  readonly service: string;
  readonly pid: number;
  readonly node?: string | undefined;
  readonly cwd: string;
  readonly entry?: string | undefined;
}

/** An incident that was written of a process that is gone. */
export interface DeadIncident {
  readonly id: string;
  readonly dir: string;
  readonly diagnosis: Diagnosis;
}

type ManifestEntry = HeavyResult["files"][number];

const GONE = "the process ended before it could tell";
const INTERVAL = 200;

/**
 * Writes the incident of a process that is gone: evidence, diagnosis and report. Where it had one open, its end is another trigger of that one: what
 * was recorded of it stays, and is diagnosed together with what is known now. `report`: the one that Node wrote as it ended.
 */
export function writeDead(found: Autopsy, known: KnownProcess, morgue: Morgue, report?: string): DeadIncident {
  const { header } = found;
  const origin: Origin = {
    service: header?.service ?? known.service,
    commit: header?.commit,
    image: header?.image,
    entry: header?.entry ?? known.entry,
  };
  const process = {
    pid: header?.pid ?? known.pid,
    node: header?.node ?? known.node ?? "",
    cwd: header?.cwd ?? known.cwd,
  };
  const before = openIncidentOf(found, morgue.dir);
  const id = before?.id ?? idOf(found, process.pid);
  const dir = join(morgue.dir, id);
  const window = before ? together(dir, found.window) : found.window;
  const files = filesFor(found, window, report);
  const evidence = evidenceOf(files, before ? keptIn(dir, files) : []);
  const runtime = { ...process, platform: globalThis.process.platform, arch: globalThis.process.arch };
  files.push(["bundle/manifest.json", manifest(id, origin, files, evidence, [], runtime)]);
  makeDirectory(join(dir, "bundle"));
  for (const [name, data] of files) writeWhole(join(dir, name), data);
  const openedAt = before?.openedAt ?? found.death.at;
  const steps: IncidentStep[] = [];
  const step = (name: "recorded" | "diagnosed", detail: string): void => {
    const at = Date.now();
    steps.push({ step: name, at, after: at - openedAt, outcome: "ok", detail });
  };
  step("recorded", `${files.length} files of evidence, after the process had ended`);
  const diagnosis = diagnose(window);
  writeWhole(join(dir, "diagnosis.json"), json(diagnosis));
  step("diagnosed", diagnosis.summary);
  const trigger: RecordedTrigger = { kind: triggerOf(found), at: found.death.at };
  const record: IncidentRecord = {
    schema: "sop.incident/1",
    id,
    service: origin.service,
    state: "closed",
    openedAt,
    closedAt: Date.now(),
    trigger: before?.trigger ?? trigger,
    triggers: [...(before?.triggers ?? []), trigger],
    triggerCount: (before?.triggerCount ?? 0) + 1,
    timeline: [...(before?.timeline ?? []), ...steps],
    process: { ...process, entry: origin.entry },
    request: before?.request,
  };
  const names = [...files.map(([name]) => name), ...(evidence.heavy?.files ?? []).map(({ name }) => name)];
  const incident = withKnownSteps(dir, record);
  const told = reportFiles({ incident, diagnosis, window, files: names, missing: leftOut(evidence) });
  for (const [name, data] of told) writeWhole(join(dir, name), data);
  writeIncident(dir, record);
  new Shelf(morgue.dir, morgue).prune(id);
  return { id, dir, diagnosis };
}

/** `death: SIGKILL`, `death: exit 1`, or `death` where nobody knows. */
function triggerOf({ death }: Autopsy): string {
  if (death.signal !== undefined) return `death: ${death.signal}`;
  return death.code === undefined ? "death" : `death: exit ${death.code}`;
}

/** The same for the same death, whoever looks into it: sorts by time, as others do. */
function idOf({ death, header }: Autopsy, pid: number): string {
  const time = new Date(death.at).toISOString().replace(/[-:]|\.\d+/g, "");
  const which = createHash("sha256").update(`${header?.identity} ${header?.startedAt} ${pid} ${death.at}`);
  return `${time}-${which.digest("hex").slice(0, 6)}`;
}

function filesFor(
  { samples, records, entries, death, window: { inFlight } }: Autopsy,
  window: RecordedWindow,
  report: string | undefined,
): EvidenceFile[] {
  const requests = entries.map(({ startedAt, ...entry }) => ({
    ...entry,
    startedAt,
    age: Math.max(0, death.at - startedAt),
  }));
  const ours: EvidenceFile[] = [
    ["bundle/flight.ndjson", flightFile(records)],
    ["bundle/in-flight.json", json({ count: inFlight, entries: requests })],
    ["bundle/sensors.json", sensorsFile(samples, INTERVAL)],
    ["bundle/death.json", json({ schema: "sop.death/1", ...death })],
    ["bundle/window.json", json(window)],
  ];
  if (report !== undefined) ours.push(["bundle/report.json", report]);
  return ours;
}

function evidenceOf(files: readonly EvidenceFile[], kept: readonly ManifestEntry[]): Evidence {
  const has = new Set([...files.map(([name]) => name), ...kept.map(({ name }) => name)]);
  const lacks = ["events.ndjson", "requests.json", "flags.json", "report.json", "request.json"];
  return {
    events: [],
    requests: [],
    flags: {},
    report: null,
    failing: { request: undefined, body: undefined, leftOut: [] },
    contributed: {
      files: files.map(([name]) => ({ name: name.replace("bundle/", ""), kind: KINDS[name] ?? "other", data: "" })),
      leftOut: lacks.filter((name) => !has.has(`bundle/${name}`)).map((file) => ({ file, why: GONE })),
    },
    heavy: { files: kept, leftOut: [] },
  };
}

const KINDS: Readonly<Record<string, string>> = {
  "bundle/flight.ndjson": "flight-records",
  "bundle/in-flight.json": "in-flight",
  "bundle/sensors.json": "sensors",
  "bundle/death.json": "death",
  "bundle/stacks.json": "stacks",
};

/** What was recorded while it lived, but for what is written anew: as its manifest has it, however large. */
function keptIn(dir: string, files: readonly EvidenceFile[]): readonly ManifestEntry[] {
  const anew = new Set(files.map(([name]) => name));
  try {
    const { files: known } = readJson<{ readonly files: readonly ManifestEntry[] }>(dir, "bundle/manifest.json");
    return known.filter(({ name }) => !anew.has(name));
  } catch {
    return [];
  }
}

/** The incident that was open: the box says which, unless the watchdog opened it beside a main thread that never turned again. */
function openIncidentOf({ openIncident, header }: Autopsy, dir: string): IncidentRecord | undefined {
  const all = listIncidents(dir);
  return (
    all.find(({ id }) => id === openIncident) ??
    all.find(
      ({ state, openedAt, process: { pid } }) =>
        state === "open" && header !== undefined && pid === header.pid && openedAt >= header.startedAt,
    )
  );
}

/** What was recorded while it lived, with what is known of its end. */
function together(dir: string, window: RecordedWindow): RecordedWindow {
  const before = windowIn(dir);
  if (!before) return window;
  const known = Object.fromEntries(Object.entries(window).filter(([, value]) => value !== undefined));
  return {
    ...before,
    ...known,
    panics: before.panics.length > 0 ? before.panics : window.panics,
    missing: [...new Set([...before.missing, ...window.missing])],
    troubleAt: before.troubleAt ?? window.troubleAt,
  };
}

function windowIn(dir: string): RecordedWindow | undefined {
  try {
    return readWindow(dir);
  } catch {
    return undefined;
  }
}
