import type { FlagValue } from "@sop/core";
import { type ConfigFile, ConfigProblem } from "./config-file.js";

/** The flags of a file: plain values, and of flagd's definitions the default variant's. Throws {@link ConfigProblem}. */
export function flagsOf(file: ConfigFile): Record<string, FlagValue> {
  const { flags = {} } = file.content;
  if (!isObject(flags)) throw problem(file, [], flags, "an object of flags by name");
  const found: [string, FlagValue][] = [];
  for (const [name, given] of Object.entries(flags)) {
    const value = isDefinition(given) ? defaultOf(file, name, given) : given;
    if (value === undefined) continue;
    if (value === null) throw problem(file, [name], value, "true, false, a text, a number, an object or a list");
    found.push([name, value as FlagValue]);
  }
  return Object.fromEntries(found);
}

interface Definition {
  readonly state?: unknown;
  readonly variants: unknown;
  readonly defaultVariant?: unknown;
}

function isDefinition(value: unknown): value is Definition {
  return isObject(value) && "variants" in value;
}

/** A disabled flag has no value here: it falls back to what is below, in the end to the default in code. */
function defaultOf(file: ConfigFile, name: string, { state, variants, defaultVariant }: Definition): unknown {
  if (state !== undefined && state !== "ENABLED" && state !== "DISABLED") {
    throw problem(file, [name, "state"], state, "ENABLED or DISABLED");
  }
  if (!isObject(variants)) throw problem(file, [name, "variants"], variants, "an object of values by variant");
  if (state === "DISABLED") return undefined;
  if (typeof defaultVariant !== "string" || !Object.hasOwn(variants, defaultVariant)) {
    const known = Object.keys(variants).join(", ");
    throw problem(file, [name, "defaultVariant"], defaultVariant, `one of the variants: ${known}`);
  }
  return variants[defaultVariant];
}

function problem(file: ConfigFile, keys: readonly string[], value: unknown, allowed: string): ConfigProblem {
  const path = ["flags", ...keys];
  const got = value === undefined ? "nothing" : JSON.stringify(value).slice(0, 80);
  return new ConfigProblem(`${file.place(path)}: ${path.join(".")}: got ${got}, expected ${allowed}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
