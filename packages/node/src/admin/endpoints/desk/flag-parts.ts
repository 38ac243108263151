import type { FlagDetails, FlagValue, KnownFlag, Sop } from "@sop/core";
import { maskData } from "../../../forensics/mask.js";
import type { Asked } from "../endpoint.js";
import { MOST_NAMES } from "../names.js";
import type { FlagRow, Parts } from "../parts.js";
import type { Desk } from "./desk.js";

const MOST_FLAGS = 1_000;
/** Characters of a value's JSON that a list tells. */
const MAX_VALUE = 1_000;
const MOST_STEPS = 200;

type Details = FlagDetails<FlagValue | undefined>;

/** The flags by name. */
export function readFlags({ sop, flags }: Desk): Parts["flags"] {
  const all = [...sop.knownFlags()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const details = sop.evaluateFlags();
  const rows = chosen(all, flags).map((flag) => {
    const row = rowOf(flag, details[flag.name], flags);
    return JSON.stringify(row.value ?? null).length <= MAX_VALUE ? row : { ...row, value: "too large for a list" };
  });
  return { total: all.length, rows };
}

/** All, or as many as can be told: none that an operator has set is left out. */
function chosen(all: readonly KnownFlag[], flags: Desk["flags"]): readonly KnownFlag[] {
  if (all.length <= MOST_FLAGS) return all;
  const others = all.filter(({ name }) => !flags.find(name)).slice(0, MOST_FLAGS - flags.size);
  const told = new Set(others);
  return all.filter((flag) => told.has(flag) || flags.find(flag.name));
}

/** The flag that is asked for. */
export function readFlag({ sop, flags }: Desk, asked: Asked | undefined): NonNullable<Parts["flag"]> {
  const name = asked?.params["flag"] ?? "";
  const all = sop.knownFlags();
  const names = all.slice(0, MOST_NAMES + 1).map((flag) => flag.name);
  const known = all.find((flag) => flag.name === name);
  if (known === undefined) return { found: null, names };
  const { layer, layers, steps, ...details } = explained(sop, name);
  const { errorCode, errorMessage } = details;
  const first = maskData(steps.slice(0, MOST_STEPS)) as typeof steps;
  const explanation = { layer, layers, steps: first, errorCode, errorMessage };
  return { found: { ...rowOf(known, details, flags), explanation }, names };
}

function explained(sop: Sop, name: string): ReturnType<Sop["explain"]> {
  const found = sop.explain(name);
  // Of a flag that only the code has, that is no error.
  return found.errorCode === "FLAG_NOT_FOUND"
    ? { ...found, reason: "DEFAULT", errorCode: undefined, errorMessage: undefined }
    : found;
}

function rowOf({ name, kind, fallback }: KnownFlag, details: Details | undefined, flags: Desk["flags"]): FlagRow {
  const value = details?.value ?? fallback;
  const [masked] = Object.values(maskData({ [name]: value }) as Record<string, unknown>);
  return {
    flag: name,
    type: kind,
    value: masked,
    variant: details?.variant,
    reason: details?.reason ?? "DEFAULT",
    override: flags.find(name),
  };
}
