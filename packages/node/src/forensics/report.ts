import type { Diagnosis } from "@sop/core";
import type { LeftOut } from "./bundle.js";
import type { IncidentRecord } from "./incident-file.js";
import { maskText } from "./mask.js";

/** `report.md`: the incident for people, from its first sign to the last step that was taken. */
export function reportText(
  incident: IncidentRecord,
  diagnosis: Diagnosis,
  files: readonly string[],
  missing: readonly LeftOut[],
): string {
  const { id, service, trigger, triggerCount, timeline, state, openedAt } = incident;
  const sections = [
    `# Incident ${id}`,
    diagnosis.summary,
    list([
      `service: ${service}`,
      `state: ${state}`,
      `opened: ${new Date(openedAt).toISOString()}`,
      `trigger: ${trigger.kind}${trigger.route === undefined ? "" : `, ${trigger.method} ${trigger.route}`}`,
      `triggers in all: ${triggerCount}`,
    ]),
    "## Diagnosis",
    list([
      `root cause: \`${diagnosis.root_cause}\` (${diagnosis.verdict})`,
      `trigger: ${diagnosis.trigger}`,
      ...packageLines(diagnosis),
    ]),
    "### Evidence",
    list(diagnosis.evidence_trace.map(({ seen, where, at }) => `${new Date(at).toISOString()} ${seen}, ${where}`)),
    "### Ruled out",
    list(diagnosis.ruled_out.map((other) => `\`${other.class}\`: ${other.evidence}`)),
    "### What to do",
    list(diagnosis.mitigation_suggestion.map(({ text, command }) => (command ? `${text} \`${command}\`` : text))),
    "## Timeline",
    table(
      ["step", "after", "outcome", "detail"],
      timeline.map(({ step, after, outcome, detail }) => [step, `${(after / 1_000).toFixed(1)} s`, outcome, detail]),
    ),
    "## Evidence files",
    list(files.map((name) => `\`${name}\``)),
    "Not there:",
    list(missing.map(({ file, why }) => `\`${file}\`: ${why}`)),
  ];
  return `${maskText(sections.join("\n\n"))}\n`;
}

function packageLines({ package: guilty }: Diagnosis): string[] {
  if (guilty === undefined) return [];
  const { requiredBy } = guilty;
  const via = requiredBy && [`required by: ${requiredBy.name}@${requiredBy.version ?? "?"}`];
  return [`package: ${guilty.name}@${guilty.version ?? "?"}`, ...(via ?? [])];
}

function list(items: readonly string[]): string {
  return items.length === 0 ? "None." : items.map((item) => `- ${oneLine(item)}`).join("\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => oneLine(cell).replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

// What was thrown may have any text as its message.
function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}
