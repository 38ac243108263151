import type { FlagValue } from "../config-source.js";
import { compile, type Notes, type Purpose, type Rule } from "../logic/compile.js";
import { DefinitionProblem, type Path } from "../logic/problem.js";
import { isObject } from "../logic/values.js";
import { type FlagKind, type FlagMetadata, kindOf } from "./flag.js";

/**
 * A flag in flagd's form. An object that has `variants` is one, and no value:
 *
 *     { variants: { on: true, off: false }, defaultVariant: "off", targeting: { fractional: [["on", 10], ["off", 90]] } }
 */
export interface FlagDefinition {
  /** A disabled flag is as if it was not there. Default `ENABLED`. */
  readonly state?: "ENABLED" | "DISABLED";
  /** The values that it may have, by name; all of one type. */
  readonly variants: Readonly<Record<string, FlagValue>>;
  /** The variant where no rule chooses one; without it, that is the default in code. */
  readonly defaultVariant?: string | null;
  /** A rule in JSONLogic, as flagd has it, that gives the name of a variant, or `null` for the default one. */
  readonly targeting?: Readonly<Record<string, unknown>>;
  readonly metadata?: FlagMetadata;
}

/** What the flags of a snapshot share. */
export interface Shared {
  /** Rules by name, for `{ $ref: name }`. */
  readonly evaluators: Readonly<Record<string, unknown>>;
  readonly metadata: FlagMetadata;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A flag that was read and compiled: all that is asked of it at an evaluation. */
export interface Compiled {
  readonly kind: FlagKind;
  readonly enabled: boolean;
  readonly variants: ReadonlyMap<string, FlagValue>;
  /** The default variant's name and value; of a plain flag only the value. */
  readonly variant: string | undefined;
  readonly value: FlagValue | undefined;
  readonly rule: Rule | undefined;
  readonly notes: Notes;
  readonly metadata: FlagMetadata;
  /** What it was read from. */
  readonly raw: unknown;
  readonly shared: Shared;
}

const KEYS = ["state", "variants", "defaultVariant", "targeting", "metadata"];
const NO_VARIANTS: ReadonlyMap<string, FlagValue> = new Map();
const NO_NOTES: Notes = { split: false, keyless: false };

/** Whether a value is a definition in flagd's form. */
export function isDefinition(raw: unknown): raw is FlagDefinition {
  return isObject(raw) && Object.hasOwn(raw, "variants");
}

/** Reads a flag: a plain value, or a definition. Throws {@link DefinitionProblem}. `trace` wraps the rules of its operators. */
export function readFlag(flag: string, raw: unknown, shared: Shared, trace?: Purpose["trace"]): Compiled {
  if (isDefinition(raw)) return readDefinition(flag, raw, shared, trace);
  return {
    kind: kindIn(raw, []),
    enabled: true,
    variants: NO_VARIANTS,
    variant: undefined,
    value: raw as FlagValue,
    rule: undefined,
    notes: NO_NOTES,
    metadata: shared.metadata,
    raw,
    shared,
  };
}

function readDefinition(flag: string, raw: FlagDefinition, shared: Shared, trace: Purpose["trace"]): Compiled {
  for (const key of Object.keys(raw)) {
    if (!KEYS.includes(key)) throw new DefinitionProblem([key], key, `one of ${KEYS.join(", ")}`);
  }
  const { state = "ENABLED", variants: given, defaultVariant, targeting, metadata = {} } = raw;
  if (state !== "ENABLED" && state !== "DISABLED") throw new DefinitionProblem(["state"], state, "ENABLED or DISABLED");
  if (!isObject(metadata)) throw new DefinitionProblem(["metadata"], metadata, "an object");
  const [variants, kind] = readVariants(given);
  const variant = defaultVariant ?? undefined;
  if (variant !== undefined && !variants.has(variant)) {
    throw new DefinitionProblem(["defaultVariant"], variant, `one of the variants: ${[...variants.keys()].join(", ")}`);
  }
  const notes: Notes = { split: false, keyless: false };
  const purpose = { flag, variants, evaluators: shared.evaluators, now: shared.now, notes, trace };
  return {
    kind,
    enabled: state === "ENABLED",
    variants,
    variant,
    value: variant === undefined ? undefined : variants.get(variant),
    rule: readTargeting(targeting, purpose),
    notes,
    metadata: { ...shared.metadata, ...metadata },
    raw,
    shared,
  };
}

function readVariants(given: unknown): [ReadonlyMap<string, FlagValue>, FlagKind] {
  if (!isObject(given)) throw new DefinitionProblem(["variants"], given, "an object of values by variant");
  const entries = Object.entries(given);
  const [first] = entries;
  if (!first) throw new DefinitionProblem(["variants"], given, "at least one variant");
  const kind = kindIn(first[1], ["variants", first[0]]);
  for (const [name, value] of entries) {
    const path = ["variants", name];
    if (kindIn(value, path) !== kind)
      throw new DefinitionProblem(path, value, `a ${kind}, as the variant ${first[0]} has it`);
  }
  return [new Map(entries as [string, FlagValue][]), kind];
}

/** A rule of nothing is none: flagd's schema has it for flags without targeting. */
function readTargeting(targeting: unknown, purpose: Purpose): Rule | undefined {
  if (targeting === undefined || targeting === null) return undefined;
  if (!isObject(targeting)) throw new DefinitionProblem(["targeting"], targeting, "a rule");
  return Object.keys(targeting).length === 0 ? undefined : compile(targeting, ["targeting"], purpose);
}

function kindIn(value: unknown, path: Path): FlagKind {
  const kind = kindOf(value);
  if (kind === undefined)
    throw new DefinitionProblem(path, value, "true, false, a text, a number, an object or a list");
  return kind;
}
