import type { EvaluationContext, FlagDetails, FlagValue } from "@sop/core";
import { CommandError } from "../../command-error.js";
import { show } from "../../flags/kind.js";
import { noFlag, withFlags } from "../../flags/live-flags.js";
import { EXIT, print, type Terminal } from "../../terminal.js";

/** Prints the value of a flag for a context, and why. It cannot be decided: 1. */
export async function getFlag(
  flag: string,
  { path, context, json }: { path: string; context: EvaluationContext; json: boolean | undefined },
  terminal: Terminal,
): Promise<number> {
  const all = await withFlags(path, (sop) => sop.evaluateFlags(context));
  const details = all[flag];
  if (!details) throw noFlag(flag, { flags: Object.keys(all), path });
  if (details.errorCode && !json) throw new CommandError(EXIT.found, `${flag}: ${details.errorMessage}`);
  print(terminal, json, details, textOf(details));
  return details.errorCode ? EXIT.found : EXIT.fine;
}

function textOf({ value, variant, reason }: FlagDetails<FlagValue | undefined>): string {
  return [show(value), ...(variant === undefined ? [] : [`variant  ${variant}`]), `reason   ${reason}`].join("\n");
}
