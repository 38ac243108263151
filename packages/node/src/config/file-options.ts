import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { OptionCheck, type OptionProblem } from "@sop/core";
import { type ConfigFile, ConfigProblem, readConfigFile } from "./config-file.js";

/** What `sop.yaml` can say: options that are plain data, and flags. */
const NAMES = [
  "service",
  "logLevel",
  "deadline",
  "onCrash",
  "drain",
  "metrics",
  "incidents",
  "labels",
  "flags",
  "$evaluators",
  "metadata",
  "forensics",
];
const USUAL = "sop.yaml";

type Plain = Readonly<Record<string, unknown>>;
type Environment = Readonly<Record<string, string | undefined>>;

/** Where the configuration file is; `undefined` where none is to be read. */
export function configPath(given?: string | false): string | undefined {
  if (given === false) return undefined;
  const named = given || process.env["SOP_CONFIG"];
  if (named) return resolve(named);
  return existsSync(USUAL) ? resolve(USUAL) : undefined;
}

/** The file's content, or why it cannot be used. */
export function readIfUsable(path: string): ConfigFile | ConfigProblem {
  try {
    return readConfigFile(path);
  } catch (error) {
    if (error instanceof ConfigProblem) return error;
    throw error;
  }
}

/** Throws `SOP_ERR_OPTION` where the file says what it must not. */
export function checkNames({ content }: ConfigFile): void {
  new OptionCheck(content, "", NAMES).done();
}

/** The options of the file, without what the environment decides. Flags, and what they share, come from the watched source. */
export function optionsOf({ content }: ConfigFile, env: Environment): Plain {
  const { service, logLevel, forensics, $evaluators: _, metadata: __, ...options } = content;
  return {
    ...options,
    service: env["SOP_SERVICE"] ? undefined : service,
    logLevel: env["SOP_LOG_LEVEL"] ? undefined : logLevel,
    forensics: isPlain(forensics) && env["SOP_DIR"] ? { ...forensics, dir: undefined } : forensics,
    flags: undefined,
  };
}

/** The options of the code above those of the file; objects are merged, so that each may say a part. */
export function merge(file: Plain, code: Plain): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...file };
  for (const [key, value] of Object.entries(code)) {
    if (value === undefined) continue;
    const below = merged[key];
    merged[key] = isPlain(below) && isPlain(value) ? { ...below, ...value } : value;
  }
  return merged;
}

/** The same problem with file and line, where the value came from the file. */
export function placed(problem: OptionProblem, file: ConfigFile, code: Plain): OptionProblem {
  const keys = problem.path.split(".");
  if (valueAt(code, keys) !== undefined || valueAt(file.content, keys) === undefined) return problem;
  return { ...problem, path: `${file.place(keys)}: ${problem.path}` };
}

function valueAt(data: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return data;
  return isPlain(data) && Object.hasOwn(data, key) ? valueAt(data[key], rest) : undefined;
}

function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
