import type { FlagValue } from "../config-source.js";
import type { Data } from "./attributes.js";
import { find, type Slots } from "./entry.js";
import { type Decision, decide, failed } from "./evaluate.js";
import type { FlagDetails, FlagKind, FlagMetadata } from "./flag.js";

const NO_METADATA: FlagMetadata = {};

/** A flag for some data. Without a kind any will do; without a value in any layer it is `fallback`. */
export function detailsOf<T extends FlagValue | undefined>(
  flagKey: string,
  slots: Slots,
  kind: FlagKind | undefined,
  fallback: T,
  data: Data,
): FlagDetails<FlagValue | T> {
  const found = find(slots, kind);
  if (!found) return detailed(flagKey, unset(slots, flagKey, kind), fallback, NO_METADATA);
  const decision = decide(found.flag, data);
  const isStale = found.slot.problem !== undefined && decision.reason !== "ERROR";
  const told = isStale ? { ...decision, reason: "STALE" as const } : decision;
  return detailed(flagKey, told, fallback, found.flag.metadata);
}

/** What is told where a context cannot be one. */
export function invalidContext<T extends FlagValue | undefined>(
  flagKey: string,
  fallback: T,
): FlagDetails<T | FlagValue> {
  const decision = failed("INVALID_CONTEXT", "a context is an object, and its targetingKey a text");
  return detailed(flagKey, decision, fallback, NO_METADATA);
}

function detailed<T extends FlagValue | undefined>(
  flagKey: string,
  { value, variant, reason, errorCode, errorMessage }: Decision,
  fallback: T,
  flagMetadata: FlagMetadata,
): FlagDetails<FlagValue | T> {
  // Of a default in code there is no variant.
  const known = value === undefined ? undefined : variant;
  return { flagKey, value: value ?? fallback, variant: known, reason, errorCode, errorMessage, flagMetadata };
}

/** Why no layer decides. */
function unset(slots: Slots, flag: string, kind: FlagKind | undefined): Decision {
  const other = find(slots, undefined)?.flag;
  if (other) return failed("TYPE_MISMATCH", `${flag} is a ${other.kind}, not a ${kind}`);
  const problem = slots.reduce<string | undefined>((found, slot) => slot?.problem ?? found, undefined);
  if (problem !== undefined) return failed("PARSE_ERROR", problem);
  if (slots.some((slot) => slot?.flag)) return { value: undefined, reason: "DISABLED" };
  return failed("FLAG_NOT_FOUND", `no layer has a flag ${flag}`);
}
