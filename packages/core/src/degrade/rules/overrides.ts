import type { ConfigSnapshot, FlagValue } from "../config-source.js";
import { type FlagDefinition, isDefinition } from "../flags/definition.js";
import { WHOM } from "../flags/rollout.js";

/** A flag as the layers below the rules have it; `raw` is `undefined` where none has it. */
export interface Below {
  readonly raw: unknown;
  readonly evaluators: Readonly<Record<string, unknown>>;
}

/** A rule's flag, and the percentage of requests that see it as it is without the rule. */
export interface Override {
  readonly flag: string;
  readonly value: FlagValue;
  readonly back: number;
}

const VARIANT = "set by a rule";
const USUAL = "as it was";
// Hundredths of a percent.
const TOTAL = 10_000;

/** The layer of all overrides. Of two rules that set the same flag the one that gives back less decides, else the later one. */
export function overridesLayer(
  overrides: readonly Override[],
  below: (flag: string) => Below,
): Pick<ConfigSnapshot, "flags" | "evaluators"> {
  const flags: Record<string, FlagValue | FlagDefinition> = {};
  const evaluators: Record<string, unknown> = {};
  for (const { flag, value, back } of [...overrides].sort((a, b) => b.back - a.back)) {
    if (back === 100) continue;
    if (back === 0) {
      flags[flag] = value;
      continue;
    }
    const found = below(flag);
    Object.assign(evaluators, found.evaluators);
    flags[flag] = partly(found.raw, value, back);
  }
  return { flags, evaluators };
}

/** The flag as it was for a share of those who ask, the rule's value for all others. A share that grows moves nobody back. */
function partly(raw: unknown, value: FlagValue, back: number): FlagDefinition {
  const weight = Math.round((back / 100) * TOTAL);
  const isBack = { fractional: [WHOM, [true, weight], [false, TOTAL - weight]] };
  const { variants, defaultVariant = null, targeting = {} }: Partial<FlagDefinition> = usual(raw);
  return {
    variants: { ...variants, [VARIANT]: value },
    defaultVariant,
    // A rule of nothing is none.
    targeting: { if: [isBack, Object.keys(targeting).length === 0 ? null : targeting, VARIANT] },
  };
}

function usual(raw: unknown): Partial<FlagDefinition> {
  if (raw === undefined) return {};
  return isDefinition(raw) ? raw : { variants: { [USUAL]: raw as FlagValue }, defaultVariant: USUAL };
}
