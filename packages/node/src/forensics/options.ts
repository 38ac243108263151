import { resolve } from "node:path";
import { OptionCheck } from "@sop/core";
import { parseSize, type Size } from "../config/size.js";
import type { HeavyEvidence } from "./heavy.js";

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
  /**
   * Whether a snapshot of the heap is added to an incident that is open when the process leaves, drained or dying; how large it may become:
   * 1MiB to 1024GiB, `512MiB` where it is `true`. It holds all that the service had in memory, secrets too. Default false.
   */
  readonly heapSnapshot?: boolean | HeavyBudget | undefined;
  /** The same for a core dump, by gdb's `gcore`, where that is installed; `4GiB` where it is `true`. Default false. */
  readonly coreDump?: boolean | HeavyBudget | undefined;
  /** The file the process was started with, for those who start it again. Default `process.argv[1]`. */
  readonly entry?: string | undefined;
}

/** How large a file that is taken on request may become. */
export interface HeavyBudget {
  /** 1MiB to 1024GiB. */
  readonly maxBytes?: Size | undefined;
}

/** The options with their defaults; paths are absolute. */
export interface ForensicsSettings {
  readonly dir: string;
  readonly keep: number;
  readonly maxBytes: number;
  readonly bodies: boolean;
  readonly entry: string | undefined;
  /** What is taken of each incident that is open when the process leaves. */
  readonly heavy: HeavyEvidence;
}

const NAMES: readonly (keyof ForensicsOptions)[] = [
  "dir",
  "keep",
  "maxBytes",
  "bodies",
  "entry",
  "heapSnapshot",
  "coreDump",
];

/** Bytes where the options only say that there is to be one. */
export const USUAL_BUDGET: Readonly<Record<keyof HeavyEvidence, number>> = {
  heapSnapshot: 512 * 2 ** 20,
  coreDump: 4 * 2 ** 30,
};

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
  const maxBytes = readMaxBytes(check, "maxBytes", check.value("maxBytes"), DEFAULT_BYTES);
  const heavy = { heapSnapshot: readBudget(check, "heapSnapshot"), coreDump: readBudget(check, "coreDump") };
  check.done();
  return { dir: resolve(dir), keep, maxBytes, bodies, entry: entry === undefined ? undefined : resolve(entry), heavy };
}

/** Bytes; `undefined`: there is to be none. */
function readBudget(check: OptionCheck, name: keyof HeavyEvidence): number | undefined {
  const value = check.value(name);
  if (value === undefined || value === false) return undefined;
  if (value === true) return USUAL_BUDGET[name];
  const isObject = typeof value === "object" && value !== null && Object.keys(value).every((key) => key === "maxBytes");
  if (isObject) return readMaxBytes(check, name, (value as HeavyBudget).maxBytes, USUAL_BUDGET[name]);
  check.reject(name, "true, false, or an object with maxBytes");
  return undefined;
}

function readMaxBytes(check: OptionCheck, name: string, value: unknown, usual: number): number {
  const bytes = value === undefined ? usual : parseSize(value);
  if (bytes !== undefined && bytes >= LEAST_BYTES && bytes <= MOST_BYTES) return bytes;
  check.reject(name, "a size of 1MiB to 1024GiB, such as 512MiB or 2GiB");
  return usual;
}
