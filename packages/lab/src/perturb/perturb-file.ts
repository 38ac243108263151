import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { OptionCheck, OptionError } from "@sop/core";
import { outputOf, readReport, vitest } from "../repro/vitest.js";
import { writeRepro } from "../repro/write-repro.js";
import { type Found, textOf } from "./found.js";
import { PERTURB_VARIABLE, type PerturbSettings } from "./of-process.js";
import type { Step } from "./scheduler.js";
import { type Run, type Search, search } from "./search.js";

/** Options of `perturbFile`. */
export interface PerturbFileOptions {
  /** How many orders are tried, 1 to 10,000. Default 20. */
  readonly runs?: number | undefined;
  /** The seed of the first one. Default 1. */
  readonly seed?: number | undefined;
  /** Ends it when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Told before each run. */
  readonly progress?: ((run: number) => void) | undefined;
}

/** What came of it. */
export interface Perturbed {
  readonly runs: number;
  readonly found: Found | undefined;
  /** The same for people. */
  readonly text: string;
}

const TEST = /\.(test|spec)\.[cm]?[jt]sx?$/;
const CONFIGS = ["vitest.config", "vite.config"].flatMap((name) =>
  ["ts", "mts", "cts", "js", "mjs", "cjs"].map((extension) => `${name}.${extension}`),
);
const SHRINKS = 15;
const requireHere = createRequire(import.meta.url);

/**
 * Runs a test file of vitest, a script (which has failed where its exit code is not 0) or the reproduction of an incident again and again, each time
 * in a process of its own and with another order of its timers, immediates, files and requests, until it fails. The service of an incident gets the
 * recorded request twice at once. Throws `SOP_ERR_OPTION` for options that are wrong and for a path that is nothing of these, `SOP_ERR_LAB`
 * where it cannot be run, and the signal's reason when aborted.
 */
export async function perturbFile(target: string, options: PerturbFileOptions = {}): Promise<Perturbed> {
  const check = new OptionCheck(options, "", ["runs", "seed", "signal", "progress"]);
  const runs = check.integer("runs", 20, 1, 10_000);
  const seed = check.integer("seed", 1, 0, 2 ** 31 - 1);
  check.done();
  const { signal, progress } = options;
  const subject = subjectOf(target);
  const temporary = mkdtempSync(join(tmpdir(), "sop-perturb-"));
  try {
    let count = 0;
    const run: Search["run"] = async (_plan, how) => {
      signal?.throwIfAborted();
      count++;
      const steps = join(temporary, `steps-${count}.ndjson`);
      const settings: PerturbSettings = {
        what: subject.what,
        steps,
        ...("seed" in how ? { seed: how.seed } : { delays: [...how.delays] }),
      };
      const failure = await runOnce(subject, temporary, settings, signal);
      signal?.throwIfAborted();
      return { failure, steps: readSteps(steps) } satisfies Run;
    };
    const found = await search({ seed, runs, shrinks: SHRINKS, run, progress });
    return { runs, found, text: found ? textOf(found, runs) : `held in ${runs} orders, of seed ${seed} and on` };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

interface Subject {
  readonly what: PerturbSettings["what"];
  readonly file: string;
  readonly cwd: string;
}

function subjectOf(target: string): Subject {
  const path = resolve(target);
  const stat = existsSync(path) ? statSync(path) : undefined;
  if (stat?.isFile()) return { what: TEST.test(path) ? "test" : "script", file: path, cwd: process.cwd() };
  if (stat?.isDirectory()) {
    const { dir, test } = writeRepro(path);
    return { what: "service", file: test, cwd: dir };
  }
  const allowed = "a test file, a script, or an incident's directory";
  throw new OptionError([{ path: "target", value: JSON.stringify(target), allowed }]);
}

/** Why it failed; `undefined`: it did not. */
async function runOnce(
  { what, file, cwd }: Subject,
  temporary: string,
  settings: PerturbSettings,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const env = { [PERTURB_VARIABLE]: JSON.stringify(settings) };
  if (what === "script") {
    const preload = pathToFileURL(requireHere.resolve("@sop/lab/perturb-preload").replace(/\.cjs$/, ".js")).href;
    const { output, code, killedBy } = await outputOf(["--import", preload, file], env, cwd, signal);
    if (code === 0) return undefined;
    return output.trim().split("\n").slice(-20).join("\n") || `it ended with ${killedBy ?? code}`;
  }
  const config = join(temporary, "vitest.config.mjs");
  const report = join(temporary, "report.json");
  rmSync(report, { force: true });
  writeFileSync(config, configuration(what, file, cwd));
  const args = ["run", "--root", cwd, "--config", config, "--reporter=json", `--outputFile=${report}`];
  const { passed, failures } = readReport(report, await vitest(args, env, cwd, signal));
  // The first line says what; the rest is the stack, and the steps say more.
  return passed ? undefined : failures.map((failure) => failure.split("\n    at ", 1)[0]).join("\n");
}

/** The project's own configuration, with the one file and our hooks. */
function configuration(what: Subject["what"], file: string, cwd: string): string {
  const own = what === "test" ? CONFIGS.map((name) => join(cwd, name)).find((path) => existsSync(path)) : undefined;
  const setup = requireHere.resolve("@sop/lab/perturb-setup").replace(/\.cjs$/, ".js");
  const lab = { "@sop/lab": requireHere.resolve("@sop/lab").replace(/\.cjs$/, ".js") };
  return [
    own === undefined ? "const given = {};" : `import given from ${JSON.stringify(own)};`,
    'const { test = {}, ...rest } = typeof given === "function" ? await given({ command: "serve", mode: "test" }) : await given;',
    "const { projects, reporters, include, setupFiles = [], ...own } = test;",
    `const setup = ${JSON.stringify(setup)};`,
    `const include_ = [${JSON.stringify(file)}];`,
    what === "test" ? "" : `rest.resolve = { alias: ${JSON.stringify(lab)} };`,
    "export default { ...rest, test: { ...own, globals: true, include: include_, setupFiles: [setup, ...[setupFiles].flat()], cache: false } };",
  ].join("\n");
}

function readSteps(file: string): Step[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Step);
}
