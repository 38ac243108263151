import { ErrorCode, type ResolutionDetails } from "@openfeature/server-sdk";
import type { FlagDetails } from "@sop/core";

// A Sop keeps each default that a flag was asked with, and who asks through OpenFeature may have a new one every time: it is asked with
// these, which no flag has.
export const NO_TEXT = "\u0000sop: no text";
export const NO_NUMBER: number = -Number.MAX_VALUE;
export const NO_OBJECT: Readonly<Record<string, unknown>> = Object.freeze({ "\u0000sop": "no object" });
export const NO_LIST: readonly unknown[] = Object.freeze(["\u0000sop: no list"]);

/** Our details as OpenFeature has them; `nothing` is what the flag was asked with, and the caller gets `fallback` for it. */
export function resolution<V, T extends V>(details: FlagDetails<V>, nothing: V, fallback: T): ResolutionDetails<T> {
  const { value, variant, reason, errorCode, errorMessage, flagMetadata } = details;
  return {
    // The core gives only values of the kind that it was asked with.
    value: value === nothing ? fallback : (value as T),
    reason,
    flagMetadata: { ...flagMetadata },
    ...(variant !== undefined && { variant }),
    ...(errorCode !== undefined && { errorCode: ErrorCode[errorCode] }),
    ...(errorMessage !== undefined && { errorMessage }),
  };
}
