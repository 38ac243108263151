import { resolve } from "node:path";
import { OptionCheck } from "@sop/core";
import { parseSize, type Size } from "../config/size.js";

/** Options of `forensics`. */
export interface ForensicsOptions {
  /** Where incidents are kept, one directory each. Default: the environment's `SOP_DIR`, else `.sop/incidents`. */
  readonly dir?: string | undefined;
  /** How many incidents are kept, the newest; 1 to 10,000, default 20. */
  readonly keep?: number | undefined;
  /** How large all incidents together may become; the oldest go first. 1MiB to 1024GiB, default `2GiB`. */
  readonly maxBytes?: Size | undefined;
  /** Whether the bodies of requests are recorded, up to 64 KiB each, and kept for the one that fails. Default false. */
  readonly bodies?: boolean | undefined;
  /** The file the process was started with, for those who start it again. Default `process.argv[1]`. */
  readonly entry?: string | undefined;
}

/** The options with their defaults; paths are absolute. */
export interface ForensicsSettings {
  readonly dir: string;
  readonly keep: number;
  readonly maxBytes: number;
  readonly bodies: boolean;
  readonly entry: string | undefined;
}

const NAMES: readonly (keyof ForensicsOptions)[] = ["dir", "keep", "maxBytes", "bodies", "entry"];

const DEFAULT_BYTES = 2 * 2 ** 30;
const LEAST_BYTES = 2 ** 20;
const MOST_BYTES = 2 ** 40;

type Environment = Readonly<Record<string, string | undefined>>;

/** Where incidents are kept when no option says so. */
export function incidentsDirectory(env: Environment): string {
  return env["SOP_DIR"] || ".sop/incidents";
}

/** Checks the options and fills in defaults. Throws `SOP_ERR_OPTION` that names every problem. */
export function readForensicsOptions(options?: ForensicsOptions): ForensicsSettings {
  const check = new OptionCheck(options, "forensics", NAMES);
  const bodies = options?.bodies ?? false;
  if (typeof bodies !== "boolean") check.reject("bodies", "true or false");
  // A process that runs from a prompt or from standard input has no entry file.
  const entry = options?.entry === undefined ? process.argv[1] : check.text("entry", undefined);
  const dir = check.text("dir", incidentsDirectory(process.env));
  const keep = check.integer("keep", 20, 1, 10_000);
  const maxBytes = readMaxBytes(check);
  check.done();
  return { dir: resolve(dir), keep, maxBytes, bodies, entry: entry === undefined ? undefined : resolve(entry) };
}

function readMaxBytes(check: OptionCheck): number {
  const value = check.value("maxBytes");
  const bytes = value === undefined ? DEFAULT_BYTES : parseSize(value);
  if (bytes !== undefined && bytes >= LEAST_BYTES && bytes <= MOST_BYTES) return bytes;
  check.reject("maxBytes", "a size of 1MiB to 1024GiB, such as 512MiB or 2GiB");
  return DEFAULT_BYTES;
}
