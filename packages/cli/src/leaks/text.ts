import { relative } from "node:path";
import { clip, printable } from "../text/printable.js";
import { table } from "../text/table.js";
import { span } from "../text/units.js";
import { isLeaking, type Leak, type Verdict } from "./judge.js";
import type { Frame } from "./look.js";

const COLUMNS = [
  { head: "grew by", align: "right" },
  { head: "a request", align: "right" },
  { head: "kept by", least: 24 },
  { head: "allocated at", least: 24 },
] as const;

/** A verdict for people. */
export function verdictText(name: string, verdict: Verdict, width: number): string {
  const { heap, external, requests, seconds, leaks, keepers } = verdict;
  const lines = [
    `${printable(name)} · ${span(seconds * 1_000)} · ${requests.toLocaleString("en-US")} requests`,
    `alive in the heap ${bytes(heap.from)} to ${bytes(heap.to)}, outside of it ${bytes(external.from)} to ${bytes(external.to)} since the warm-up`,
    "",
  ];
  if (!isLeaking(verdict)) {
    return [
      ...lines,
      "No site grows with each request: what grew at first has levelled off, or is too little to tell.",
    ].join("\n");
  }
  if (leaks.length === 0) {
    const what = keepers[0]?.words ?? "memory outside of the heap";
    return [...lines, `Leaks: ${what}. No JavaScript site stands out: it may be native code that allocates.`].join(
      "\n",
    );
  }
  return [...lines, ...table(COLUMNS, leaks.flatMap(rowsOf), width).map((line) => clip(line, width))].join("\n");
}

function rowsOf({ grown, perRequest, kind, keptBy, frame, caller }: Leak): string[][] {
  const per = perRequest === undefined ? "" : bytes(perRequest);
  const rows = [[bytes(grown), per, keptBy ?? kind, placeOf(frame)]];
  if (caller) rows.push(["", "", "", `called by ${placeOf(caller)}`]);
  return rows;
}

/** `compile (ajv 8.20.0) node_modules/ajv/dist/core.js:80`. */
export function placeOf({ function: name = "(anonymous)", file, line, package: owner, version }: Frame): string {
  const shown = relative(process.cwd(), file);
  const place = file.startsWith("/") && !shown.startsWith("..") ? shown : file;
  const from =
    owner !== undefined && file.includes("/node_modules/")
      ? ` (${owner}${version === undefined ? "" : ` ${version}`})`
      : "";
  return `${name}${from} ${place}:${line}`;
}

/** `870 B`, `2.6 KiB`, `31 MiB`. */
export function bytes(value: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  let [rest, unit] = [Math.abs(value), 0];
  while (rest >= 1_024 && unit < units.length - 1) {
    rest /= 1_024;
    unit++;
  }
  return `${value < 0 ? "-" : ""}${rest < 9.95 && unit > 0 ? rest.toFixed(1) : Math.round(rest)} ${units[unit]}`;
}
