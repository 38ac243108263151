import type { FlagDetails, FlagValue } from "@sop/core";
import { FlagFile, hasRule, isDefinition, type WrittenFlag } from "../../flags/flag-file.js";
import { kindOf, show } from "../../flags/kind.js";
import { withFlags } from "../../flags/live-flags.js";
import { EXIT, print, type Terminal } from "../../terminal.js";

interface ListedFlag {
  readonly name: string;
  readonly kind: string;
  /** Outside of requests; without one it is the default in code. */
  readonly value: FlagValue | undefined;
  readonly variant: string | undefined;
  readonly reason: string;
  readonly variants: Readonly<Record<string, FlagValue>> | undefined;
  /** Whether it depends on who asks. */
  readonly targeted: boolean;
  readonly place: string;
  /** What is wrong with it. */
  readonly problem: string | undefined;
}

/** Lists the flags of a file with their values outside of requests. */
export async function listFlags(path: string, json: boolean | undefined, terminal: Terminal): Promise<number> {
  const file = new FlagFile(path);
  const details = await withFlags(path, (sop) => sop.evaluateFlags());
  const flags = file.names.map((name) => listed(name, file.get(name), details[name], file.place(name)));
  print(terminal, json, flags, flags.length === 0 ? "No flags." : table(flags.map(cells)));
  return EXIT.fine;
}

function listed(
  name: string,
  flag: WrittenFlag | undefined,
  details: FlagDetails<FlagValue | undefined> | undefined,
  place: string,
): ListedFlag {
  const { variants } = isDefinition(flag) ? flag : {};
  return {
    name,
    kind: kindOf(variants ? Object.values(variants)[0] : flag),
    value: details?.value,
    variant: details?.variant,
    reason: details?.reason ?? "ERROR",
    variants,
    targeted: hasRule(flag),
    place,
    problem: details?.errorMessage,
  };
}

function cells({ name, kind, value, variant, reason, variants, targeted, place, problem }: ListedFlag): string[] {
  const shown = `${show(value)}${variant ? ` (${variant})` : ""}`;
  const said = problem === undefined ? (reason === "DISABLED" ? "disabled" : shown) : "wrong";
  const choice = variants ? `${Object.keys(variants).join(" | ")}${targeted ? ", by its rule" : ""}` : "";
  return [name, kind, said, choice, problem ?? place];
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
  return rows.map((row) => line(row).trimEnd()).join("\n");
}
