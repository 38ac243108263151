import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { OptionCheck, type OptionProblem } from "@sop/core";
import { isTurnedOff } from "../admin/options.js";
import { type ConfigFile, ConfigProblem, readConfigFile } from "./config-file.js";

/** What `sop.yaml` can say: options that are plain data, and flags. */
const NAMES = [
  "admin",
  "service",
  "logLevel",
  "deadline",
  "onCrash",
  "drain",
  "metrics",
  "incidents",
  "breakers",
  "maxBreakers",
  "outgoing",
  "overload",
  "labels",
  "flags",
  "$evaluators",
  "metadata",
  "rules",
  "maxActiveRules",
  "sources",
  "forensics",
  "sensors",
  "profiles",
  "alerts",
  "watchdog",
];

type Plain = Readonly<Record<string, unknown>>;
type Environment = Readonly<Record<string, string | undefined>>;

/** Where the configuration file is; `undefined` where none is to be read. */
export function configPath(given?: string | false): string | undefined {
  return pathOf(given, "SOP_CONFIG", "sop.yaml");
}

/** Where the file of faults is; `undefined` where none is to be read. */
export function troubleshootPath(given?: string | false): string | undefined {
  return pathOf(given, "SOP_TROUBLESHOOT", "troubleshoot.yaml");
}

function pathOf(given: string | false | undefined, variable: string, usual: string): string | undefined {
  if (given === false) return undefined;
  const named = given || process.env[variable];
  if (named) return resolve(named);
  return existsSync(usual) ? resolve(usual) : undefined;
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

/** The options of the file, without what the environment decides. Flags and sources are none of them: they are watched. */
export function optionsOf({ content }: ConfigFile, env: Environment): Plain {
  const { service, logLevel, admin, forensics, sensors, alerts, $evaluators: _, metadata: __, ...options } = content;
  return {
    ...options,
    service: env["SOP_SERVICE"] ? undefined : service,
    logLevel: env["SOP_LOG_LEVEL"] ? undefined : logLevel,
    admin: isPlain(admin) ? withoutEnvironment(admin, env) : env["SOP_ADMIN"] ? undefined : admin,
    forensics: isPlain(forensics) && env["SOP_DIR"] ? { ...forensics, dir: undefined } : forensics,
    sensors: env["SOP_SENSORS"] ? undefined : sensors,
    alerts: isPlain(alerts) && env["SOP_ALERTMANAGER_URL"] ? withoutAddress(alerts) : alerts,
    flags: undefined,
    sources: undefined,
  };
}

/** Another Alertmanager does not get the credentials of this one either. */
function withoutAddress(alerts: Plain): Plain {
  const { alertmanager } = alerts;
  if (!isPlain(alertmanager)) return alerts;
  const { url, urls, token, tokenFile, username, password, passwordFile, ...others } = alertmanager;
  return { ...alerts, alertmanager: others };
}

/** The options of the admin plane, without those that the environment decides. */
function withoutEnvironment(admin: Plain, env: Environment): Plain | false {
  if (isTurnedOff(env)) return false;
  const { SOP_ADMIN_HOST: host, SOP_ADMIN_PORT: port, SOP_ADMIN_TOKEN: token } = env;
  return {
    ...admin,
    ...(host && { host: undefined }),
    ...(port && { port: undefined }),
    ...(token && { token: undefined }),
  };
}

/** The options of the code above those of the file; objects are merged at each level, so that each may say a part. */
export function merge(file: Plain, code: Plain): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...file };
  for (const [key, value] of Object.entries(code)) {
    if (value === undefined) continue;
    const below = merged[key];
    merged[key] = isPlain(below) && isPlain(value) ? merge(below, value) : value;
  }
  return merged;
}

/** The same problem with file and line, where the value came from the file. */
export function placed(problem: OptionProblem, file: ConfigFile, code: Plain): OptionProblem {
  if (keysOf(code, problem.path) !== undefined) return problem;
  const keys = keysOf(file.content, problem.path);
  return keys === undefined ? problem : { ...problem, path: `${file.place(keys)}: ${problem.path}` };
}

/** The keys that lead to a value; `undefined` where there is none. A key may have dots in it, as a host's name has. In a list it is the index. */
function keysOf(data: unknown, path: string): string[] | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  for (const [key, value] of Object.entries(data)) {
    if (key === path) return value === undefined ? undefined : [key];
    const below = path.startsWith(`${key}.`) ? keysOf(value, path.slice(key.length + 1)) : undefined;
    if (below !== undefined) return [key, ...below];
  }
  return undefined;
}

function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
