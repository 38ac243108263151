import { type Diagnosis, diagnose, type PackageVersion } from "@sop/core";
import { salvage, type Unusable } from "@sop/node/forensics";
import type { Opened } from "../open-incident.js";
import { EXIT, print, type Terminal } from "../terminal.js";
import { printable } from "../text/printable.js";
import { section } from "../text/sections.js";

/**
 * Diagnoses what was recorded of an incident again, with this version; of what is damaged the rest, and says which parts are unusable. Finds
 * something: 1.
 */
export async function diagnoseIncident(
  { dir, unusable: lost }: Opened,
  json: boolean | undefined,
  terminal: Terminal,
): Promise<number> {
  const { window, unusable: damaged } = await salvage(dir);
  const diagnosis = diagnose(window);
  const unusable = [...lost, ...damaged];
  tellUnusable(unusable, terminal);
  print(terminal, json, unusable.length === 0 ? diagnosis : { ...diagnosis, unusable }, diagnosisText(diagnosis));
  return diagnosis.root_cause === "none" ? EXIT.fine : EXIT.found;
}

/** Says on the error stream, so that what is said of the rest stays what it is, which parts cannot be used. */
export function tellUnusable(unusable: readonly Unusable[], { err }: Terminal): void {
  for (const { file, why } of unusable) err.write(`sop: unusable: ${printable(`${file}: ${why}`)}\n`);
}

/** A diagnosis for people. */
export function diagnosisText({ summary, root_cause, verdict, route, package: guilty, ...rest }: Diagnosis): string {
  const { evidence_trace, ruled_out, missing, mitigation_suggestion } = rest;
  const via = guilty?.requiredBy ? `, required by ${label(guilty.requiredBy)}` : "";
  return [
    summary,
    "",
    `root cause   ${root_cause} (${verdict})`,
    ...(guilty ? [`package      ${label(guilty)}${via}`] : []),
    ...(route === undefined ? [] : [`route        ${route}`]),
    ...section(
      "evidence",
      evidence_trace.map(({ seen, where }) => `${seen}, ${where}`),
    ),
    ...section(
      "ruled out",
      ruled_out.map((other) => `${other.class}: ${other.evidence}`),
    ),
    ...section(
      "to do",
      mitigation_suggestion.map(({ text, command }) => (command ? `${text} ${command}` : text)),
    ),
    ...section("not recorded", missing),
  ].join("\n");
}

function label({ name, version }: PackageVersion): string {
  return `${name}@${version ?? "?"}`;
}
