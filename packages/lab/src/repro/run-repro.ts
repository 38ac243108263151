import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { SopError } from "@sop/core";
import { ALIAS_VARIABLE, type Alias, checkAlias, formatAlias } from "../alias.js";
import { readReport, vitest } from "./vitest.js";

/** Options of `runRepro`. */
export interface ReproOptions {
  /** Packages that stand in for others inside the service: `{ multer: "multer-fixed" }`. Default: none. */
  readonly alias?: Alias;
  /** Ends the run when it is aborted. */
  readonly signal?: AbortSignal;
}

/** How a reproduction went. */
export interface ReproRun {
  /** `true`: the service answers and lives: the failure is not there any more. */
  readonly passed: boolean;
  /** Why it failed, one text for each failed expectation. */
  readonly failures: readonly string[];
  /** Milliseconds. */
  readonly duration: number;
}

const requireHere = createRequire(import.meta.url);

/**
 * Runs the test that `writeRepro` wrote, with vitest in a process of its own. Throws `SOP_ERR_LAB` where there is no such test, or
 * where it cannot be run, with what vitest wrote; `SOP_ERR_OPTION` for an alias that is none; the signal's reason when aborted.
 */
export async function runRepro(incidentDir: string, { alias = {}, signal }: ReproOptions = {}): Promise<ReproRun> {
  const dir = join(resolve(incidentDir), "repro");
  if (!existsSync(join(dir, "repro.test.ts"))) {
    throw new SopError("SOP_ERR_LAB", `${dir} has no repro.test.ts: write it first, by writeRepro() or \`sop repro\``);
  }
  const names = formatAlias(checkAlias(alias));
  signal?.throwIfAborted();
  const temporary = mkdtempSync(join(tmpdir(), "sop-repro-"));
  const started = performance.now();
  try {
    const config = join(temporary, "vitest.config.mjs");
    const report = join(temporary, "report.json");
    writeFileSync(config, configuration());
    const args = ["run", "--root", dir, "--config", config, "--reporter=json", `--outputFile=${report}`];
    const output = await vitest(args, { [ALIAS_VARIABLE]: names }, dir, signal);
    signal?.throwIfAborted();
    return { ...readReport(report, output), duration: performance.now() - started };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

// The incident may lie where neither package can be found: the test gets those that this one uses.
function configuration(): string {
  const alias = { "@sop/lab": requireHere.resolve("@sop/lab").replace(/\.cjs$/, ".js") };
  const config = { resolve: { alias }, test: { include: ["repro.test.ts"], cache: false, fsModuleCache: false } };
  return `export default ${JSON.stringify(config)};\n`;
}
