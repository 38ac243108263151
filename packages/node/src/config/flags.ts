import type { ConfigSnapshot } from "@sop/core";
import { type ConfigFile, ConfigProblem } from "./config-file.js";

/**
 * The flags of a file, as they stand there: plain values and flagd's definitions, with the `$evaluators` and the `metadata` that these
 * share. What is wrong with a single flag is the core's to find, and is told with its line. Throws {@link ConfigProblem} for what are
 * no flags at all.
 */
export function snapshotOf(file: ConfigFile): ConfigSnapshot {
  return {
    revision: file.revision,
    flags: objectIn<ConfigSnapshot["flags"]>(file, "flags", "an object of flags by name"),
    evaluators: objectIn(file, "$evaluators", "an object of rules by name"),
    metadata: objectIn(file, "metadata", "an object of texts, numbers, true and false by name"),
    place: (path) => file.place(path),
  };
}

function objectIn<T extends object>(file: ConfigFile, key: string, allowed: string): T {
  const { [key]: value = {} } = file.content;
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as T;
  const got = JSON.stringify(value).slice(0, 80);
  throw new ConfigProblem(`${file.place([key])}: ${key}: got ${got}, expected ${allowed}`);
}
