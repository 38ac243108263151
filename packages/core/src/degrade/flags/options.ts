import type { OptionCheck } from "../../options/check.js";
import type { ConfigSnapshot } from "../config-source.js";
import { DefinitionProblem } from "../logic/problem.js";
import type { Labels } from "./attributes.js";
import { readFlag, type Shared } from "./definition.js";

const ALONE: Shared = { evaluators: {}, metadata: {}, now: Date.now };

/** Reads `flags`: in code a wrong definition is a wrong option. */
export function readLayer(check: OptionCheck): ConfigSnapshot["flags"] {
  const flags = check.object<ConfigSnapshot["flags"][string]>("flags");
  const each = check.nested("flags", Object.keys(flags));
  for (const [name, raw] of Object.entries(flags)) {
    try {
      if (raw !== undefined) readFlag(name, raw, ALONE);
    } catch (error) {
      if (!(error instanceof DefinitionProblem)) throw error;
      const place = error.path.length > 0 ? `${error.path.join(".")}: ` : "";
      each.reject(name, `a flag that is right (${place}${error.message})`);
    }
  }
  return flags;
}

/** Reads `labels`: texts by name. */
export function readLabels(check: OptionCheck): Labels {
  const labels = check.object<string>("labels");
  const each = check.nested("labels", Object.keys(labels));
  for (const name of Object.keys(labels)) each.text(name, undefined);
  return labels;
}
