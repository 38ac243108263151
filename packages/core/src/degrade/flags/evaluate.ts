import type { FlagValue } from "../config-source.js";
import type { Compiled } from "./definition.js";
import type { FlagErrorCode, FlagReason } from "./flag.js";

/** How a flag was decided; without a value it is the default in code. */
export interface Decision {
  readonly value: FlagValue | undefined;
  readonly variant?: string | undefined;
  readonly reason: FlagReason;
  readonly errorCode?: FlagErrorCode;
  readonly errorMessage?: string;
}

/** The value for some data, at the least cost; `undefined` where it is the default in code. */
export function valueFor({ rule, variants, value }: Compiled, data: unknown): FlagValue | undefined {
  if (rule === undefined) return value;
  let chosen: unknown;
  try {
    chosen = rule(data, data);
  } catch {
    return undefined;
  }
  if (chosen === null || chosen === undefined) return value;
  return variants.get(nameOf(chosen));
}

/** As {@link valueFor}, and why. */
export function decide(flag: Compiled, data: unknown): Decision {
  const { rule, variants, value, variant, notes } = flag;
  if (rule === undefined) return { value, variant, reason: "STATIC" };
  notes.split = false;
  notes.keyless = false;
  let chosen: unknown;
  try {
    chosen = rule(data, data);
  } catch (error) {
    return failed("GENERAL", `its rule failed: ${String(error)}`);
  }
  if (chosen === null || chosen === undefined) {
    if (value === undefined && notes.keyless) return failed("TARGETING_KEY_MISSING", "there is nothing to split by");
    return { value, variant, reason: "DEFAULT" };
  }
  const name = nameOf(chosen);
  if (!variants.has(name)) return failed("GENERAL", `its rule gave ${JSON.stringify(name)}, which is no variant`);
  return { value: variants.get(name), variant: name, reason: notes.split ? "SPLIT" : "TARGETING_MATCH" };
}

/** Nothing to give, because of an error. */
export function failed(errorCode: FlagErrorCode, errorMessage: string): Decision {
  return { value: undefined, reason: "ERROR", errorCode, errorMessage };
}

/** Rules may give `true` and `false`, which are the variants of these names. */
function nameOf(chosen: unknown): string {
  return typeof chosen === "object" ? JSON.stringify(chosen) : String(chosen);
}
