import type { ConfigSnapshot, FlagMetadata } from "@sop/core";
import { type ConfigFile, ConfigProblem } from "./config-file.js";

/** The flags of a file, as they stand there: plain values, and flagd's definitions. Throws {@link ConfigProblem}. */
export function flagsOf(file: ConfigFile): ConfigSnapshot["flags"] {
  return objectIn<ConfigSnapshot["flags"][string]>(file, "flags", "an object of flags by name") ?? {};
}

/** The flags of a file with all that they share. What is wrong with one flag is found by who uses it. Throws {@link ConfigProblem}. */
export function snapshotOf(file: ConfigFile): ConfigSnapshot {
  return {
    revision: file.revision,
    flags: flagsOf(file),
    evaluators: objectIn(file, "$evaluators", "an object of rules by name"),
    metadata: objectIn<FlagMetadata[string]>(file, "metadata", "an object of texts, numbers and booleans"),
    place: file.place,
  };
}

function objectIn<T>(file: ConfigFile, key: string, allowed: string): Readonly<Record<string, T>> | undefined {
  const value = file.content[key];
  if (value === undefined || isObject<T>(value)) return value;
  const got = JSON.stringify(value).slice(0, 80);
  throw new ConfigProblem(`${file.place([key])}: ${key}: got ${got}, expected ${allowed}`);
}

function isObject<T>(value: unknown): value is Record<string, T> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
