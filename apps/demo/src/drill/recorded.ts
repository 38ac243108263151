import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type ListedIncident, listIncidents } from "@sop/node/forensics";
import type { Scene } from "./scene.ts";
import { check, type StepTaken } from "./step.ts";
import { until } from "./until.ts";

const WANTED = ["events.ndjson", "requests.json", "report.json", "request.json", "request.body"];

interface Manifest {
  readonly schema: string;
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
}

/** Holds where the request's incident is on disk with all that belongs to it, each file as the manifest says. */
export async function recorded(
  { shop, signal }: Pick<Scene, "shop" | "signal">,
  requestId: string,
): Promise<StepTaken & { readonly incident: ListedIncident }> {
  const isOurs = ({ triggers, timeline }: ListedIncident): boolean =>
    triggers.some((trigger) => trigger.requestId === requestId) && timeline.some(({ step }) => step === "recorded");
  const incident = await until(() => listIncidents(shop.incidents).find(isOurs), {
    patience: 15_000,
    otherwise: `there is no incident of request ${requestId} in ${shop.incidents}`,
    signal,
  });
  const at = Date.now();
  const files = checkBundle(incident.dir);
  return { step: "recorded", at, incident, detail: `${files} files of evidence, each with its hash` };
}

/** Checks the files of a crash's bundle against its manifest; gives how many there are. */
export function checkBundle(dir: string): number {
  return checkFiles(dir, WANTED);
}

/** Checks the files of a bundle, of which some have to be there, against its manifest; gives how many there are. */
export function checkFiles(dir: string, wanted: readonly string[]): number {
  const path = join(dir, "bundle/manifest.json");
  check(existsSync(path), "the bundle has no manifest");
  const { schema, files }: Manifest = JSON.parse(readFileSync(path, "utf8"));
  check(schema === "sop.bundle/1", `the manifest is of schema ${schema}`);
  for (const name of wanted)
    check(
      files.some((file) => file.name === `bundle/${name}`),
      `the manifest lacks ${name}`,
    );
  for (const { name, bytes, sha256 } of files) {
    check(existsSync(join(dir, name)), `${name} is not there`);
    const data = readFileSync(join(dir, name));
    const isSame = data.length === bytes && createHash("sha256").update(data).digest("hex") === sha256;
    check(isSame, `${name} is not what the manifest says`);
  }
  return files.length;
}
