import type { Diagnosis, RecordedWindow } from "@sop/core";
import type { LeftOut } from "./bundle.js";
import { type IncidentRecord, readIncident } from "./incident-file.js";
import { readJson } from "./read-json.js";
import { reportFile } from "./report/files.js";
import type { ReportParts } from "./report/story.js";

/** What is known of a recorded incident. */
export interface IncidentEvidence {
  readonly incident: IncidentRecord;
  /** As it was diagnosed when it happened. */
  readonly diagnosis: Diagnosis;
  /** Names of the bundle's files. */
  readonly files: readonly string[];
  readonly leftOut: readonly LeftOut[];
}

/** Reads what was recorded of an incident. Throws `SOP_ERR_OPTION` that names the file which is not there or cannot be read. */
export function readEvidence(dir: string): IncidentEvidence {
  const incident = readIncident(dir);
  const { files, leftOut } = readJson<Manifest>(dir, "bundle/manifest.json");
  return {
    incident,
    diagnosis: readJson<Diagnosis>(dir, "diagnosis.json"),
    files: [...files.map(({ name }) => name), "bundle/manifest.json"],
    leftOut,
  };
}

/** What the diagnosis looked at: `diagnose(window)` of `@sop/core` makes it again. Throws `SOP_ERR_OPTION` as `readEvidence` does. */
export function readWindow(dir: string): RecordedWindow {
  return readJson<RecordedWindow>(dir, "bundle/window.json", isWindow);
}

function isWindow(value: unknown): boolean {
  const { panics, inFlight, missing } = Object(value) as Partial<RecordedWindow>;
  return Array.isArray(panics) && typeof inFlight === "number" && Array.isArray(missing);
}

/** The forms of a report: Markdown, a page of one file without scripts, one picture. */
export type ReportForm = "md" | "html" | "svg";

/** The incident for people, as it is now, by default in Markdown. Throws `SOP_ERR_OPTION` as `readEvidence` does. */
export function renderReport(dir: string, form: ReportForm = "md"): string {
  return reportFile(readReport(dir), form);
}

/** What a report of a recorded incident is made of. Without a window that can be read it has no charts. */
export function readReport(dir: string): ReportParts {
  const { incident, diagnosis, files, leftOut: missing } = readEvidence(dir);
  return { incident, diagnosis, window: windowIfUsable(dir), files, missing };
}

function windowIfUsable(dir: string): RecordedWindow | undefined {
  try {
    return readWindow(dir);
  } catch {
    return undefined;
  }
}

interface Manifest {
  readonly files: readonly { readonly name: string }[];
  readonly leftOut: readonly LeftOut[];
}
