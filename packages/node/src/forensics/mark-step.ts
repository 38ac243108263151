import { existsSync } from "node:fs";
import { join } from "node:path";
import type { IncidentStepName } from "@sop/core";
import { type IncidentRecord, noteStep } from "./incident-file.js";
import { readReport } from "./read-evidence.js";
import { reportFiles } from "./report/files.js";
import { writeWhole } from "./write-whole.js";

const REPORT = "report.md";

/**
 * Notes a step in a recorded incident, from any process; each step once, a second time changes nothing. The report is renewed.
 * `detail`: one sentence for people. Returns the incident as it is then. Throws `SOP_ERR_OPTION` where there is none.
 */
export function markStep(
  dir: string,
  step: IncidentStepName,
  detail: string,
  outcome: "ok" | "failed" = "ok",
): IncidentRecord {
  const incident = noteStep(dir, step, detail, outcome);
  // Who only wants the evidence has taken the report away.
  if (existsSync(join(dir, REPORT)))
    for (const [name, data] of reportFiles(readReport(dir))) writeWhole(join(dir, name), data);
  return incident;
}
