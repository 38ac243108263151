import { type Diagnosis, diagnose, type PackageVersion } from "@sop/core";
import { readWindow } from "@sop/node/forensics";
import { EXIT, print, type Terminal } from "../terminal.js";
import { section } from "../text/sections.js";

/** Diagnoses the recorded window of an incident again, with this version. Finds something: 1. */
export function diagnoseIncident(dir: string, json: boolean | undefined, terminal: Terminal): number {
  const diagnosis = diagnose(readWindow(dir));
  print(terminal, json, diagnosis, diagnosisText(diagnosis));
  return diagnosis.root_cause === "none" ? EXIT.fine : EXIT.found;
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
