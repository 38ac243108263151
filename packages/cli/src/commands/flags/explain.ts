import type { EvaluationContext, FlagExplanation, FlagReason } from "@sop/core";
import { FlagFile } from "../../flags/flag-file.js";
import { show } from "../../flags/kind.js";
import { noFlag, withFlags } from "../../flags/live-flags.js";
import { treeOf } from "../../flags/rule-tree.js";
import { EXIT, print, type Terminal } from "../../terminal.js";

const WHY: Readonly<Record<FlagReason, string>> = {
  STATIC: "no rule decides it",
  DEFAULT: "its rule chose no variant, so it is the default variant",
  TARGETING_MATCH: "its rule chose the variant",
  SPLIT: "its rule chose the variant by a split",
  DISABLED: "it is disabled",
  STALE: "its newest definition is wrong, so the last good one decides",
  ERROR: "it cannot be decided",
};

/** Prints why a flag has its value for a context: each step of its rule. It cannot be decided: 1. */
export async function explainFlag(
  flag: string,
  { path, context, json }: { path: string; context: EvaluationContext; json: boolean | undefined },
  terminal: Terminal,
): Promise<number> {
  const file = new FlagFile(path);
  if (!file.has(flag)) throw noFlag(flag, { flags: file.names, path });
  const explanation = await withFlags(path, (sop) => sop.explain(flag, context));
  print(terminal, json, { ...explanation, place: file.place(flag) }, textOf(explanation, file.place(flag)));
  return explanation.errorCode ? EXIT.found : EXIT.fine;
}

function textOf({ flagKey, value, variant, reason, errorMessage, steps }: FlagExplanation, place: string): string {
  return [
    `${flagKey} is ${show(value)}${variant === undefined ? "" : ` (variant ${variant})`}`,
    `because  ${WHY[reason]}${errorMessage === undefined ? "" : `: ${errorMessage}`} (${reason})`,
    `in       ${place}`,
    ...(steps.length === 0 ? [] : ["", ...treeOf(steps)]),
  ].join("\n");
}
