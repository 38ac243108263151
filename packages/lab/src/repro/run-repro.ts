import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { SopError } from "@sop/core";
import { ALIAS_VARIABLE, type Alias, checkAlias, formatAlias } from "../alias.js";

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

function vitest(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const cli = join(dirname(requireHere.resolve("vitest/package.json")), "vitest.mjs");
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], {
      cwd,
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0", ...env },
      stdio: ["ignore", "pipe", "pipe"],
      ...(signal && { signal }),
    });
    let output = "";
    const take = (chunk: Buffer): void => {
      output += chunk;
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("error", (error) => (signal?.aborted ? resolve(output) : reject(error)));
    child.on("close", () => resolve(output));
  });
}

interface Report {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly failureMessages: readonly string[] }[];
  }[];
}

function readReport(file: string, output: string): Pick<ReproRun, "passed" | "failures"> {
  const report: Report = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { testResults: [] };
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  if (tests.length === 0) {
    const why = report.testResults.map(({ message }) => message).join("\n") || output;
    throw new SopError("SOP_ERR_LAB", `the reproduction could not be run:\n${why.trim()}`);
  }
  const failures = tests.flatMap(({ failureMessages }) => failureMessages);
  return { passed: tests.every(({ status }) => status === "passed"), failures };
}
