import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { EvidenceFile } from "./bundle.js";
import { type IncidentRecord, writeIncident, writeIncidentLater } from "./incident-file.js";
import { writeWhole, writeWholeLater } from "./write-whole.js";

/** What is to be done next to bring an incident to disk. */
export type WriteStep =
  /** Others may have their turn: what comes next takes as long as what came before. */
  | { readonly kind: "breathe" }
  | { readonly kind: "file"; readonly file: EvidenceFile }
  | { readonly kind: "incident"; readonly incident: IncidentRecord };

export const BREATHE: WriteStep = { kind: "breathe" };

/** Told of each file that is on disk. */
type Written = (file: EvidenceFile) => void;

/** Takes all steps before it returns. */
export function writeStepsNow(dir: string, steps: Iterable<WriteStep>, written: Written): void {
  for (const step of steps) {
    if (step.kind === "incident") writeIncident(dir, step.incident);
    if (step.kind !== "file") continue;
    const [name, data] = step.file;
    writeWhole(join(dir, name), data);
    // Only now: what could not be written is written when there is room again.
    written(step.file);
  }
}

/** Takes them one by one beside the running requests, until `isStale` says that somebody else does. */
export async function writeStepsLater(
  dir: string,
  steps: Iterable<WriteStep>,
  written: Written,
  isStale: () => boolean,
): Promise<void> {
  for (const step of steps) {
    switch (step.kind) {
      case "breathe":
        await setImmediate();
        break;
      case "incident":
        await writeIncidentLater(dir, step.incident, isStale);
        break;
      case "file": {
        const [name, data] = step.file;
        await writeWholeLater(join(dir, name), data, isStale);
        if (!isStale()) written(step.file);
      }
    }
    if (isStale()) return;
  }
}
