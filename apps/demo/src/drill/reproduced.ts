import { relative } from "node:path";
import { runRepro, writeRepro } from "@sop/lab";
import { check, type StepTaken } from "./step.ts";

/** Writes the incident as a test. Holds where that fails by the same error, and passes with the fixed package. */
export async function reproduced(dir: string, message: string, signal: AbortSignal): Promise<StepTaken> {
  const { test } = writeRepro(dir);
  const broken = await runRepro(dir, { signal });
  check(!broken.passed, "the test passes with the package that crashed");
  check(
    broken.failures.some((failure) => failure.includes(message)),
    `the test fails by something else: ${broken.failures.join()}`,
  );
  const fixed = await runRepro(dir, { alias: { multer: "multer-fixed" }, signal });
  check(fixed.passed, `the test fails with the fixed package too: ${fixed.failures.join()}`);
  return {
    step: "reproduced",
    at: Date.now(),
    detail: `${relative(process.cwd(), test)} fails by "${message}", and passes with the fixed package`,
  };
}
