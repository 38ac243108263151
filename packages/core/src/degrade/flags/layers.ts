import type { ConfigSnapshot } from "../config-source.js";
import { DefinitionProblem } from "../logic/problem.js";
import { isDefinition, readFlag, type Shared } from "./definition.js";
import type { Slot } from "./entry.js";
import { same } from "./same.js";

/** A layer's name, and what its flags share. */
export interface Layer {
  readonly name: string;
  shared: Shared;
}

const NOTHING = {};

/** What the flags of a snapshot share; the same object while nothing of it has changed. */
export function sharedBy({ evaluators = NOTHING, metadata = NOTHING }: ConfigSnapshot, before: Shared): Shared {
  if (same(evaluators, before.evaluators) && same(metadata, before.metadata)) return before;
  return { evaluators, metadata, now: before.now };
}

/**
 * The next state of a flag in a layer: `before`, where nothing has changed. A definition that is wrong leaves the last good one in force.
 */
export function nextSlot(
  flag: string,
  raw: unknown,
  before: Slot | undefined,
  { shared, place, isSharedNew }: { shared: Shared; place: ConfigSnapshot["place"]; isSharedNew: boolean },
): Slot | undefined {
  if (raw === undefined) return undefined;
  const isAffected = isSharedNew && (isDefinition(raw) || before?.problem !== undefined);
  if (before && !isAffected && same(raw, before.raw)) return before;
  try {
    return { raw, flag: readFlag(flag, raw, shared), problem: undefined };
  } catch (error) {
    const problem = problemOf(flag, error, place);
    return { raw, flag: before?.flag, problem };
  }
}

/** What is wrong, and where: `flags.new-pricing.defaultVariant: got "of", expected one of the variants: on, off`. */
function problemOf(flag: string, error: unknown, place: ConfigSnapshot["place"]): string {
  if (!(error instanceof DefinitionProblem)) throw error;
  const path = ["flags", flag, ...error.path];
  return `${place ? `${place(path)}: ` : ""}${path.join(".")}: ${error.message}`;
}
