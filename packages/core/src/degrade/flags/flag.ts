import type { FlagValue } from "../config-source.js";

/** Why a flag has its value, in OpenFeature's terms. `STALE`: its newest definition is wrong, and the last good one decided. */
export type FlagReason = "STATIC" | "DEFAULT" | "TARGETING_MATCH" | "SPLIT" | "DISABLED" | "STALE" | "ERROR";

/** Why a flag has the default in code, in OpenFeature's terms. */
export type FlagErrorCode =
  | "FLAG_NOT_FOUND"
  | "TYPE_MISMATCH"
  | "PARSE_ERROR"
  | "INVALID_CONTEXT"
  | "TARGETING_KEY_MISSING"
  | "GENERAL";

/** What is told of a flag beside its value: that of its set, and above it that of its own. */
export type FlagMetadata = Readonly<Record<string, string | number | boolean>>;

/** What a flag is evaluated for. */
export interface EvaluationContext {
  /** Who asks: what splits choose by, unless they say otherwise. */
  readonly targetingKey?: string;
  readonly [name: string]: unknown;
}

/** A value and how it came to be: OpenFeature's evaluation details. */
export interface FlagDetails<T> {
  readonly flagKey: string;
  readonly value: T;
  /** The name of the variant; of a plain value, and of the default in code, there is none. */
  readonly variant: string | undefined;
  readonly reason: FlagReason;
  readonly errorCode: FlagErrorCode | undefined;
  readonly errorMessage: string | undefined;
  readonly flagMetadata: FlagMetadata;
}

/** A handle to one flag. */
export interface Flag<T extends FlagValue> {
  readonly name: string;
  /**
   * The present value; the default where no layer has one of the default's type. Of a plain flag it is a plain read; a targeted one is
   * evaluated for the request that the running code belongs to, and outside of requests for the instance's labels alone. A request
   * sees the flags as they were when it was opened, until it is five seconds older than a change.
   */
  readonly value: T;
  /**
   * The value for a context, and why. What the context does not say is taken from the running request, as `value` does. Never throws:
   * an error gives the default and is told by `errorCode`.
   */
  evaluate(context?: EvaluationContext): FlagDetails<T>;
}

/** The type that a default stands for: `true` for any boolean, `"a"` for any string. */
export type Widened<T extends FlagValue> = T extends boolean
  ? boolean
  : T extends string
    ? string
    : T extends number
      ? number
      : T;

/** What values are told apart by. */
export type FlagKind = "boolean" | "string" | "number" | "object" | "list";

/** A flag that a layer has or the code asks for. */
export interface KnownFlag {
  readonly name: string;
  /** What its values have to be; `undefined` where its definition is wrong and nobody asks for it. */
  readonly kind: FlagKind | undefined;
  /** The default in code, the first where there are several; `undefined` where the code does not ask for it. */
  readonly fallback: FlagValue | undefined;
}

/** The kind of a value; `undefined` for what no flag can hold. */
export function kindOf(value: unknown): FlagKind | undefined {
  if (Array.isArray(value)) return "list";
  if (typeof value === "number") return Number.isFinite(value) ? "number" : undefined;
  if (typeof value === "boolean" || typeof value === "string") return typeof value as FlagKind;
  return typeof value === "object" && value !== null ? "object" : undefined;
}
