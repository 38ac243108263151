import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { diagnose, type OpenedIncident, type RecordedStack, type RecordedWindow } from "@sop/core";
import { type Evidence, type EvidenceFile, leftOut, manifest } from "../../forensics/bundle.js";
import { recordFrames } from "../../forensics/frames.js";
import { type IncidentRecord, withKnownSteps, writeIncident } from "../../forensics/incident-file.js";
import { json } from "../../forensics/mask.js";
import { reportFiles } from "../../forensics/report/files.js";
import { Shelf } from "../../forensics/shelf.js";
import { makeDirectory, writeWhole } from "../../forensics/write-whole.js";
import type { WatchdogStart } from "../link/messages.js";
import { BLOCKED_SIGNAL, triggerOf } from "../signals.js";
import type { StoppedFrame } from "./main-debugger.js";

const SILENT = "the main thread, which has it, does not answer";

/** Where our own files are. */
const OWN = [import.meta.url, pathToFileURL(createRequire(import.meta.url).resolve("@sop/core")).href].map((url) =>
  dirname(fileURLToPath(url)),
);

/**
 * A stack with the packages of its files. After a native call the thread may have come as far as our own code, which then says nothing: what
 * of it is topmost is left out.
 */
export function recordStack(
  frames: readonly StoppedFrame[],
  entry: string | undefined,
  isAfterNative: boolean,
): RecordedStack["frames"] {
  const first = frames.findIndex(({ file }) => !file.startsWith("node:") && !OWN.some((dir) => file.startsWith(dir)));
  const text = (isAfterNative && first > 0 && hasOwn(frames.slice(0, first)) ? frames.slice(first) : frames).map(
    ({ function: name = "<anonymous>", file, line, column }) => `    at ${name} (${file}:${line}:${column})`,
  );
  return recordFrames(text.join("\n"), entry);
}

function hasOwn(frames: readonly StoppedFrame[]): boolean {
  return frames.some(({ file }) => OWN.some((dir) => file.startsWith(dir)));
}

/** Writes the incident of a main thread that is silent, in its place: whole, and again with each further stack. */
export function writeBlocked(
  { incidents, origin }: WatchdogStart,
  { id, at }: OpenedIncident,
  window: RecordedWindow,
): void {
  if (incidents === undefined) return;
  const dir = join(incidents.dir, id);
  const evidence: Evidence = {
    events: [],
    requests: [],
    flags: {},
    report: null,
    failing: { request: undefined, body: undefined, leftOut: [{ file: "bundle/request.json", why: SILENT }] },
    contributed: {
      files: [{ name: "stacks.json", kind: "stacks", data: "" }],
      leftOut: ["events.ndjson", "requests.json", "flags.json", "report.json"].map((file) => ({ file, why: SILENT })),
    },
  };
  const files: EvidenceFile[] = [
    ["bundle/stacks.json", json({ schema: "sop.stacks/1", stacks: window.stacks ?? [] })],
    ["bundle/window.json", json(window)],
  ];
  files.push(["bundle/manifest.json", manifest(id, origin, files, evidence)]);
  makeDirectory(join(dir, "bundle"));
  for (const [name, data] of files) writeWhole(join(dir, name), data);
  const recordedAt = Date.now();
  const diagnosis = diagnose(window);
  writeWhole(join(dir, "diagnosis.json"), json(diagnosis));
  const diagnosedAt = Date.now();
  const last = window.stacks?.filter(({ requestId }) => requestId !== undefined).at(-1);
  const trigger = {
    kind: triggerOf(BLOCKED_SIGNAL),
    at,
    requestId: last?.requestId,
    method: last?.method,
    route: last?.route,
  };
  const record: IncidentRecord = {
    schema: "sop.incident/1",
    id,
    service: origin.service,
    state: "open",
    openedAt: at,
    trigger,
    triggers: [trigger],
    triggerCount: 1,
    timeline: [
      {
        step: "recorded",
        at: recordedAt,
        after: recordedAt - at,
        outcome: "ok",
        detail: `${files.length} files of evidence`,
      },
      { step: "diagnosed", at: diagnosedAt, after: diagnosedAt - at, outcome: "ok", detail: diagnosis.summary },
    ],
    process: { pid: process.pid, node: process.version, cwd: process.cwd(), entry: origin.entry },
  };
  const names = files.map(([name]) => name);
  const incident = withKnownSteps(dir, record);
  const report = reportFiles({ incident, diagnosis, window, files: names, missing: leftOut(evidence) });
  for (const [name, data] of report) writeWhole(join(dir, name), data);
  writeIncident(dir, record);
  new Shelf(incidents.dir, incidents).prune(id);
}
