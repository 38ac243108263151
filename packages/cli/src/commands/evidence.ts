import { readEvidence, type VerifiedFile, verifyBundle } from "@sop/node/forensics";
import type { Opened } from "../open-incident.js";
import { EXIT, print, type Terminal, widthFor } from "../terminal.js";
import { type Paint, paintFor } from "../text/paint.js";
import { printable } from "../text/printable.js";
import { type Cell, table } from "../text/table.js";
import { count } from "../text/units.js";
import { tellUnusable } from "./diagnose.js";

/** Holds the evidence of an incident against its manifest. 1 where it is not as it was recorded. */
export async function verifyIncident(
  { dir, unusable }: Opened,
  json: boolean | undefined,
  terminal: Terminal,
): Promise<number> {
  const files = await verifyBundle(dir);
  const broken = files.filter(({ state }) => state !== "intact");
  tellUnusable(unusable, terminal);
  const isIntact = broken.length === 0 && unusable.length === 0;
  const text =
    broken.length === 0
      ? `${count(files.length, "file")}, all as recorded`
      : [`${broken.length} of ${count(files.length, "file")} not as recorded`, ...rows(broken, terminal)].join("\n");
  print(terminal, json, { dir, intact: isIntact, files, ...(unusable.length > 0 && { unusable }) }, text);
  return isIntact ? EXIT.fine : EXIT.found;
}

/** Lists the evidence of an incident: each file, whether it is as it was recorded, and what was left out and why. */
export async function showEvidence(
  { dir, unusable }: Opened,
  json: boolean | undefined,
  terminal: Terminal,
): Promise<number> {
  const { incident, leftOut } = readEvidence(dir);
  const files = await verifyBundle(dir);
  tellUnusable(unusable, terminal);
  const { dim } = paintFor(terminal.out);
  const without = leftOut.map(({ file, why }) => dim(printable(`without ${file}: ${why}`)));
  const text = [`${incident.id} of ${printable(incident.service)}`, ...rows(files, terminal), ...without].join("\n");
  print(terminal, json, { id: incident.id, dir, files, leftOut }, text);
  return EXIT.fine;
}

function rows(files: readonly VerifiedFile[], { out }: Terminal): string[] {
  const paint = paintFor(out);
  const cells = files.map(({ name, kind = "", bytes, state }): Cell[] => [
    name,
    kind,
    `${bytes.toLocaleString("en")} B`,
    { text: state, paint: colourOf(state, paint) },
  ]);
  const columns = [
    { head: "file", least: 16 },
    { head: "what" },
    { head: "size", align: "right" as const },
    { head: "state" },
  ];
  return table(columns, cells, widthFor(out));
}

function colourOf(state: VerifiedFile["state"], { green, yellow, red }: Paint): (text: string) => string {
  if (state === "intact") return green;
  return state === "extra" ? yellow : red;
}
