import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { EvidenceFile } from "./bundle.js";
import { type IncidentRecord, writeIncident, writeIncidentLater } from "./incident-file.js";
import { writeWhole, writeWholeLater } from "./write-whole.js";

/** What is to be done next to bring an incident to disk. */
export type WriteStep =
  /** Others may have their turn here, before the next file is made. */
  | { readonly kind: "breathe" }
  | { readonly kind: "files"; readonly files: readonly EvidenceFile[] }
  | { readonly kind: "incident"; readonly incident: IncidentRecord };

export const BREATHE: WriteStep = { kind: "breathe" };

/** Milliseconds of the main thread after which others have their turn; in a busy service the next one is long in coming. */
const TURN = 8;

/** Told of each file that is on disk. */
type Written = (file: EvidenceFile) => void;

/** Takes all steps before it returns. */
export function writeStepsNow(dir: string, steps: Iterable<WriteStep>, written: Written): void {
  for (const step of steps) {
    if (step.kind === "incident") writeIncident(dir, step.incident);
    if (step.kind !== "files") continue;
    for (const file of step.files) {
      writeWhole(join(dir, file[0]), file[1]);
      // Only now: what could not be written is written when there is room again.
      written(file);
    }
  }
}

/** Takes them one by one beside the running requests, until `isStale` says that somebody else does. */
export async function writeStepsLater(
  dir: string,
  steps: Iterable<WriteStep>,
  written: Written,
  isStale: () => boolean,
): Promise<void> {
  let began = performance.now();
  for (const step of steps) {
    if (step.kind === "breathe" && performance.now() - began < TURN) continue;
    if (step.kind === "breathe") await setImmediate();
    else if (step.kind === "incident") await writeIncidentLater(dir, step.incident, isStale);
    else await writeAll(dir, step.files, written, isStale);
    if (isStale()) return;
    began = performance.now();
  }
}

/** All at once: each takes several turns of the loop. Rejects with the first reason once all have come to an end. */
async function writeAll(
  dir: string,
  files: readonly EvidenceFile[],
  written: Written,
  isStale: () => boolean,
): Promise<void> {
  const results = await Promise.allSettled(
    files.map(async (file) => {
      await writeWholeLater(join(dir, file[0]), file[1], isStale);
      if (!isStale()) written(file);
    }),
  );
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
}
