import { factsOf, groupsOf, type Line, type ReportParts, seriesOf } from "./story.js";

const MOST_TRIGGERS = 10;

/** `report.md`: the incident for people, to be read in a minute; each figure with the samples that it is from. */
export function reportText(parts: ReportParts): string {
  const { incident, diagnosis, files, missing } = parts;
  const { id, timeline, state } = incident;
  const sections = [
    `# Incident ${id}`,
    oneLine(diagnosis.summary),
    list([`state: ${state}`, ...factsOf(parts).map(([name, value]) => `${name}: ${codeOf(name, value)}`)]),
    "## What to do",
    list(
      diagnosis.mitigation_suggestion.map(({ text, command }) =>
        command ? `${text} \`${command.replaceAll("<incident>", id)}\`` : text,
      ),
    ),
    "## Timeline",
    table(
      ["step", "after", "outcome", "detail"],
      timeline.map(({ step, after, outcome, detail }) => [step, `${(after / 1_000).toFixed(1)} s`, outcome, detail]),
    ),
    ...triggers(parts),
    "## Evidence",
    evidence(parts),
    "![Timeline, charts of the evidence, lock graph and topology](report.svg)",
    "The same with every sample: [report.html](report.html).",
    "### Ruled out",
    list(diagnosis.ruled_out.map((other) => `\`${other.class}\`: ${other.evidence}`)),
    "## Evidence files",
    list(files.map((name) => `[${name}](${name})`)),
    "Not there:",
    list(missing.map(({ file, why }) => `\`${file}\`: ${why}`)),
  ];
  return `${sections.join("\n\n")}\n`;
}

function codeOf(name: string, value: string): string {
  return name === "root cause" ? value.replace(/^\S+/, "`$&`") : value;
}

function triggers({ incident }: ReportParts): string[] {
  const found = incident.triggers.slice(0, MOST_TRIGGERS);
  if (found.length < 2) return [];
  const lines = found.map(({ kind, at, method, route, message }) => {
    const what = [kind, method, route].filter((part) => part !== undefined).join(" ");
    return `${((at - incident.openedAt) / 1_000).toFixed(1)} s: ${what}${message === undefined ? "" : `: ${message}`}`;
  });
  return [`Triggers, ${incident.triggerCount} in all:`, list(lines)];
}

function evidence(parts: ReportParts): string {
  const { openedAt } = parts.incident;
  const charts = new Set<string>(seriesOf(parts).map(({ name }) => name));
  const groups = groupsOf(parts).map(({ sees, lines }) => {
    const rows = lines.map((line) => [
      `${((line.at - openedAt) / 1_000).toFixed(1)} s`,
      line.seen,
      line.figure,
      line.limit,
      fromOf(line, charts),
    ]);
    const said = sees === "" ? "" : `${oneLine(sees)}:\n\n`;
    return said + table(["at", "seen", "figure", "limit", "from"], rows);
  });
  return groups.length === 0 ? "None." : groups.join("\n\n");
}

/** Rows are counted from 0, as in the file. */
function fromOf({ samples, anchor }: Line, charts: ReadonlySet<string>): string {
  if (!samples) return `[${anchor}](report.html#${anchor})`;
  const { name, first, last } = samples;
  const rows = first === last ? `row ${last}` : `rows ${first} to ${last}`;
  const column = charts.has(name) ? `[${name}](report.html#chart-${name})` : `\`${name}\``;
  return `${column}, [${rows}](report.html#sample-${last}) of [sensors.json](bundle/sensors.json)`;
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
