import {
  createSop as createCore,
  OPTION_NAMES,
  OptionCheck,
  OptionError,
  type OptionProblem,
  type Sop,
  type SopOptions,
} from "@sop/core";
import { ConfigProblem } from "./config/config-file.js";
import { checkNames, configPath, merge, optionsOf, placed, readIfUsable } from "./config/file-options.js";
import { checkDistinct, readSources } from "./config/sources.js";
import { forensics } from "./forensics/attach.js";
import { type ForensicsOptions, readForensicsOptions } from "./forensics/options.js";
import { fileSource } from "./sources/file.js";

/** Options of `createSop`: those of the core, and those of Node's parts, each of which is on unless it is `false`. */
export interface NodeOptions extends SopOptions {
  /**
   * Path of `sop.yaml`: options, and flags that are live while the process runs, and `sources`. Default: the environment's `SOP_CONFIG`, else
   * `./sop.yaml` where there is one. `false`: none is read.
   */
  readonly config?: string | false | undefined;
  /** How incidents are recorded. Default: below `.sop/incidents`, without bodies. `false`: they are not. */
  readonly forensics?: ForensicsOptions | false | undefined;
}

/**
 * Makes the fault response of a Node service: the core's, with `sop.yaml` and forensics. Options in code win over the environment,
 * that over the file, and that over the defaults. Throws `SOP_ERR_OPTION` that names every problem, those of the file with its line.
 * A file that cannot be read or parsed is one warning, and in use as soon as it can be.
 */
export function createSop(options?: NodeOptions): Sop {
  const problems: OptionProblem[] = [];
  const { config, ...code } = Object(options) as NodeOptions;
  collect(problems, () => checkOwn(options));
  const path = typeof config === "string" || config === false ? configPath(config) : configPath();
  const read = path === undefined ? undefined : readIfUsable(path);
  const file = read instanceof ConfigProblem ? undefined : read;
  if (file) collect(problems, () => checkNames(file));
  const merged: NodeOptions = merge(file ? optionsOf(file, process.env) : {}, code);
  const { forensics: recording, sources = [], ...rest } = merged;
  if (recording !== false) collect(problems, () => readForensicsOptions(recording));
  const watched = path === undefined ? [] : [fileSource(path)];
  const named = collect(problems, () => readSources(file?.content["sources"])) ?? [];
  const all = Array.isArray(sources) ? [...watched, ...named, ...sources] : sources;
  if (Array.isArray(all)) collect(problems, () => checkDistinct(all));
  const sop = collect(problems, () => createCore({ ...rest, sources: all }));
  if (sop && problems.length === 0) return recording === false ? sop : withForensics(sop, recording);
  sop?.dispose();
  if (read instanceof ConfigProblem) {
    problems.push({ path: "config", value: JSON.stringify(path), allowed: `a usable file, not ${read.message}` });
  }
  throw new OptionError(file ? problems.map((problem) => placed(problem, file, code)) : problems);
}

function checkOwn(options: NodeOptions | undefined): void {
  const check = new OptionCheck(options, "", [...OPTION_NAMES, "config", "forensics"]);
  if (options?.config !== undefined && options.config !== false) check.text("config", undefined);
  check.done();
}

/** Runs `fn`; wrong options are kept in `problems`, each once, so that all are reported together. */
function collect<T>(problems: OptionProblem[], fn: () => T): T | undefined {
  try {
    return fn();
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    problems.push(...error.problems.filter(({ path }) => !problems.some((known) => known.path === path)));
    return undefined;
  }
}

function withForensics(sop: Sop, options: ForensicsOptions | undefined): Sop {
  const detach = forensics(sop, options);
  const { dispose } = sop;
  sop.dispose = () => {
    // The open incident is closed first, and that is written too.
    dispose();
    detach();
  };
  return sop;
}
