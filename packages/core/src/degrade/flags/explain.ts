import type { FlagValue } from "../config-source.js";
import type { Rule, TracedOperator } from "../logic/compile.js";
import type { Data } from "./attributes.js";
import { readFlag } from "./definition.js";
import { detailsOf } from "./details.js";
import { find, type Slot, type Slots } from "./entry.js";
import type { FlagDetails } from "./flag.js";

/** What an operator of a targeting rule came to. */
export interface ExplainedStep {
  /** Where it stands in the definition: `targeting.if.0.==`. */
  readonly path: string;
  readonly operator: string;
  /** Its operands' values; `undefined` for those that it did not need. */
  readonly operands: readonly unknown[];
  readonly result: unknown;
}

/** What a layer has to say of a flag. */
export interface ExplainedLayer {
  readonly layer: string;
  /** `overruled`: a layer above decides. `wrong`: its definition is, and it never had a good one. */
  readonly outcome: "decides" | "overruled" | "absent" | "disabled" | "wrong";
  /** What is wrong with its newest definition; where it had a good one before, that is in force. */
  readonly problem: string | undefined;
}

/** Why a flag has its value: the layer, and each step of its rule. Without a value it is the default in code. */
export interface FlagExplanation extends FlagDetails<FlagValue | undefined> {
  /** The layer that decides. */
  readonly layer: string | undefined;
  /** All layers, the lowest first. */
  readonly layers: readonly ExplainedLayer[];
  /** The operators in the order in which they were done; at most 1,000. */
  readonly steps: readonly ExplainedStep[];
}

const MAX_STEPS = 1_000;

/** Decides a flag by the rules that decide it always, compiled once more with a trace around each operator. */
export function explainFlag(name: string, slots: Slots, layers: readonly string[], data: Data): FlagExplanation {
  const found = find(slots, undefined);
  const steps: ExplainedStep[] = [];
  const explained = slots.map((slot, i) => {
    if (i !== found?.layer) return slot;
    const { raw, shared } = found.flag;
    return { ...found.slot, flag: readFlag(name, raw, shared, tracer(steps)) };
  });
  return {
    ...detailsOf(name, explained, undefined, undefined, data),
    layer: found && layers[found.layer],
    layers: layers.map((layer, i) => ({
      layer,
      outcome: outcomeOf(slots[i], i === found?.layer),
      problem: slots[i]?.problem,
    })),
    steps,
  };
}

function outcomeOf(slot: Slot | undefined, isDecisive: boolean): ExplainedLayer["outcome"] {
  if (isDecisive) return "decides";
  if (!slot) return "absent";
  if (!slot.flag) return "wrong";
  return slot.flag.enabled ? "overruled" : "disabled";
}

/** Writes down each operator when it is done; its result is an operand of the one that asked for it. */
function tracer(steps: ExplainedStep[]): (rule: Rule, operator: TracedOperator) => Rule {
  const asking: { readonly depth: number; readonly operands: unknown[] }[] = [];
  return (rule, { path, operator, operands: given }) =>
    (data, root) => {
      const operands = given.map((operand) => (isLiteral(operand) ? operand : undefined));
      const above = asking.at(-1);
      asking.push({ depth: path.length, operands });
      const result = rule(data, root);
      asking.pop();
      // With a second number it is a part of an operand, such as the weight of a bucket.
      if (above && Number.isNaN(Number(path[above.depth + 1]))) above.operands[Number(path[above.depth]) || 0] = result;
      if (steps.length < MAX_STEPS) steps.push({ path: path.join("."), operator, operands, result });
      return result;
    };
}

function isLiteral(operand: unknown): boolean {
  if (Array.isArray(operand)) return operand.every(isLiteral);
  return typeof operand !== "object" || operand === null;
}
