import { resolve } from "node:path";
import { type ConfigSource, type ConfigUpdate, type Duration, OptionCheck } from "@sop/core";
import { changes } from "../config/changes.js";
import { ConfigProblem, readConfigFile } from "../config/config-file.js";
import { snapshotOf } from "../config/flags.js";

/** Options of `fileSource`. */
export interface FileSourceOptions {
  /** The source's name in logs and metrics. Default `file`. */
  readonly name?: string | undefined;
  /** How often it looks, whether the system told of a change or not; 100 ms to 1 h, default `10s`. */
  readonly interval?: Duration | undefined;
}

/**
 * Flags from a YAML file's `flags:` (YAML 1.2, so JSON too): plain values, or flagd's flag definitions with its `$evaluators` and
 * `metadata`. Changes are live within a fraction of a second. While the file is missing, half-written or wrong, the last good flags
 * stay; a single flag that is wrong leaves the others alone. Throws `SOP_ERR_OPTION` for options that are wrong.
 */
export function fileSource(path: string, options?: FileSourceOptions): ConfigSource {
  const check = new OptionCheck({ path, ...Object(options) }, "fileSource", ["path", "name", "interval"]);
  const file = resolve(check.text("path", undefined));
  const name = check.text("name", "file");
  const interval = check.duration("interval", 10_000, 100, 3_600_000);
  check.done();
  return { name, watch: (signal) => follow(file, interval, signal) };
}

async function* follow(path: string, interval: number, signal: AbortSignal): AsyncGenerator<ConfigUpdate> {
  let last: string | undefined;
  let wasGood = false;
  for await (const _ of changes(path, interval, signal)) {
    const update = read(path, wasGood);
    const said = update.state === "READY" ? update.snapshot.revision : update.problem;
    if (said === last) continue;
    last = said;
    wasGood ||= update.state === "READY";
    yield update;
  }
}

function read(path: string, wasGood: boolean): ConfigUpdate {
  try {
    return { state: "READY", snapshot: snapshotOf(readConfigFile(path)) };
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error;
    return { state: wasGood ? "STALE" : "ERROR", problem: error.message };
  }
}
