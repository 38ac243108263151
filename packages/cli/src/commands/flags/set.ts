import { relative } from "node:path";
import { type FlagValue, OptionError } from "@sop/core";
import { jsonOrText } from "../../flags/context.js";
import { FlagFile, hasRule, isDefinition, type WrittenFlag } from "../../flags/flag-file.js";
import { kindOf, show } from "../../flags/kind.js";
import { noFlag } from "../../flags/live-flags.js";
import { replaceFile } from "../../flags/replace-file.js";
import { EXIT, print, type Terminal } from "../../terminal.js";

interface Change {
  /** Below `flags`. */
  readonly path: readonly string[];
  readonly value: unknown;
}

const STILL = "its rule still decides for whom it chooses a variant";

/** Writes a flag's value into the file; of a definition, the default variant. */
export function setFlag(
  flag: string,
  text: string,
  { path, force, json }: { path: string; force: boolean; json: boolean | undefined },
  terminal: Terminal,
): number {
  const file = new FlagFile(path);
  if (!file.has(flag) && !force) throw noFlag(flag, { flags: file.names, path });
  const { path: below, value } = force
    ? { path: [flag], value: jsonOrText(text) }
    : changeOf(flag, text, file.get(flag));
  replaceFile(path, file.with(below, value));
  const set = [flag, ...below.slice(1)].join(".");
  const said = `${set} is ${show(value)} in ${relative(process.cwd(), path)}`;
  const isHalf = below.length > 1 && hasRule(file.get(flag));
  print(terminal, json, { flag, set, value, file: path }, isHalf ? `${said}\n${STILL}` : said);
  return EXIT.fine;
}

/** What is written where. Throws `SOP_ERR_OPTION` for a value that the flag cannot have. */
function changeOf(flag: string, text: string, present: WrittenFlag | undefined): Change {
  if (!isDefinition(present)) return { path: [flag], value: alike(flag, text, present) };
  const { variants } = present;
  const wanted = jsonOrText(text);
  const isWanted = (value: unknown): boolean => JSON.stringify(value) === JSON.stringify(wanted) || value === text;
  const name = Object.hasOwn(variants, text) ? text : Object.keys(variants).find((key) => isWanted(variants[key]));
  if (name !== undefined) return { path: [flag, "defaultVariant"], value: name };
  const known = Object.entries(variants).map(([key, value]) => `${key} (${show(value)})`);
  throw refused(flag, text, `one of its variants: ${known.join(", ")}`);
}

/** The text as a value of the kind that the flag has. */
function alike(flag: string, text: string, present: FlagValue | undefined): unknown {
  if (typeof present === "string") return text;
  const value = jsonOrText(text);
  if (kindOf(value) === kindOf(present)) return value;
  throw refused(flag, text, `a ${kindOf(present)}, as it is ${show(present)} now`);
}

function refused(flag: string, text: string, allowed: string): OptionError {
  const wanted = `${allowed}; --force sets it all the same`;
  return new OptionError([{ path: flag, value: JSON.stringify(text), allowed: wanted }]);
}
