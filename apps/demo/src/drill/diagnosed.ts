import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Diagnosis } from "@sop/core";
import { check, type StepTaken } from "./step.ts";

const require = createRequire(import.meta.url);

/** Holds where the diagnosis names the class of failure, the package by the version that is installed, and the route. */
export function diagnosed(dir: string): StepTaken {
  const diagnosis: Diagnosis = JSON.parse(readFileSync(join(dir, "diagnosis.json"), "utf8"));
  const { root_cause, verdict, package: guilty, route, summary } = diagnosis;
  const { version } = require("multer/package.json") as { version: string };
  const named = [guilty, guilty?.requiredBy].some((found) => found?.name === "multer" && found.version === version);
  check(root_cause === "crash.uncaught", `the root cause is ${root_cause}, not crash.uncaught`);
  check(verdict === "confirmed", `the verdict is ${verdict}, not confirmed`);
  check(named, `it blames ${JSON.stringify(guilty)}, not multer@${version}`);
  check(route === "/pictures", `the route is ${route}, not /pictures`);
  return { step: "diagnosed", at: Date.now(), detail: `${root_cause}: ${summary}` };
}
