import { createHash } from "node:crypto";
import type { RecordedFrame, RecordedWindow, SampleFieldName } from "@sop/core";
import { escapeXml, type Markup } from "../../markup/xml.js";
import { chartDrawing } from "./chart.js";
import { type Drawing, svg } from "./drawing.js";
import { formatFigure, time } from "./figures.js";
import { lockGraphDrawing } from "./lock-graph.js";
import { factsOf, groupsOf, type Line, linesOf, type ReportParts, seriesOf, shortened } from "./story.js";
import { DRAWING_STYLE, PAGE_STYLE } from "./style.js";
import { timelineDrawing } from "./timeline.js";
import { topologyDrawing } from "./topology.js";

const STYLE = DRAWING_STYLE + PAGE_STYLE;
// Nothing is fetched and nothing runs, whatever is in the evidence; the one style sheet is let in by its hash.
const POLICY = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; base-uri 'none'; form-action 'none'`;

/** `report.html`: an incident for people, in one file that needs nothing else: it has no script, and may be sent to anybody who may see the evidence. */
export function reportPage(parts: ReportParts): string {
  const { incident, diagnosis } = parts;
  const title = `${incident.service}: ${diagnosis.root_cause} (${incident.id})`;
  return [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${plain(title)}</title>\n<style>${STYLE}</style>\n</head>\n<body>\n<main>`,
    ...head(parts),
    ...suggestions(parts),
    ...timelineSection(parts),
    ...evidence(parts),
    ...charts(parts),
    ...waiting(parts),
    ...topology(parts),
    ...races(parts.window),
    ...stacks(parts),
    ...allocations(parts),
    ...death(parts.window),
    ...ruledOut(parts),
    ...samplesTable(parts),
    ...filesSection(parts),
    "</main>\n</body>\n</html>\n",
  ].join("\n");
}

function head(parts: ReportParts): string[] {
  const { id, service, state } = parts.incident;
  return [
    `<header>\n<p class="over">Incident ${plain(id)} of ${plain(service)}, <span class="state ${state}">${state}</span></p>`,
    `<h1>${plain(parts.diagnosis.summary)}</h1>`,
    `<dl>${factsOf(parts)
      .map(([name, value]) => `<dt>${plain(name)}</dt><dd>${plain(value)}</dd>`)
      .join("")}</dl>\n</header>`,
  ];
}

function suggestions({ diagnosis, incident }: ReportParts): string[] {
  const items = diagnosis.mitigation_suggestion.map(({ text, command }) => {
    const run = command === undefined ? "" : ` <code>${plain(command.replaceAll("<incident>", incident.id))}</code>`;
    return `<li>${plain(text)}${run}</li>`;
  });
  return items.length === 0 ? [] : ["<h2>What to do</h2>", `<ol>${items.join("")}</ol>`];
}

function timelineSection({ incident }: ReportParts): string[] {
  const rows = incident.timeline.map(({ step, after, outcome, detail }) => [
    plain(step),
    plain(time(after)),
    outcome === "ok" ? "ok" : "failed",
    plain(detail),
  ]);
  const triggers = incident.triggers
    .slice(0, 20)
    .map(({ kind, at, method, route, type, message }) => [
      plain(time(at - incident.openedAt)),
      plain([kind, method, route].filter((part) => part !== undefined).join(" ")),
      plain(type === undefined ? "" : `${type}: ${message ?? ""}`),
    ]);
  return [
    '<h2 id="timeline">Timeline</h2>',
    picture(timelineDrawing(incident), "timeline-picture"),
    table(["step", "after", "outcome", "what was done"], rows, [1]),
    `<details id="triggers"${triggers.length < 4 ? " open" : ""}><summary>${incident.triggerCount} trigger${incident.triggerCount === 1 ? "" : "s"}</summary>`,
    `${table(["after", "by", "error"], triggers, [0])}</details>`,
  ];
}

function evidence(parts: ReportParts): string[] {
  const groups = groupsOf(parts);
  if (groups.length === 0) return [];
  return [
    '<h2 id="evidence">Evidence</h2>',
    ...groups.flatMap(({ sees, lines }) => {
      const rows = lines.map((line) => [
        plain(line.seen),
        `<a href="#${line.anchor}">${plain(line.figure === "" ? "see" : line.figure)}</a>`,
        plain(line.limit),
        fromOf(line, parts),
      ]);
      const said = sees === "" ? [] : [`<p class="sees">${plain(`${sees[0]?.toUpperCase()}${sees.slice(1)}.`)}</p>`];
      return [...said, `<div class="figures">${table(["seen", "figure", "limit", "from"], rows, [1, 2])}</div>`];
    }),
  ];
}

function fromOf({ samples, anchor }: Line, { incident, window }: ReportParts): string {
  if (!samples) return `<a href="#${anchor}">${plain(anchor)}</a>`;
  const { name, first, last } = samples;
  const at = ((window?.samples?.[first]?.at ?? incident.openedAt) - incident.openedAt) / 1_000;
  return `<a href="#chart-${name}">${plain(name)}</a>, <a href="#sample-${first}">${first === last ? "sample" : `samples ${first} to`} ${last}</a> <span class="quiet">(from ${plain(at.toFixed(1))} s)</span>`;
}

function charts(parts: ReportParts): string[] {
  const { window, incident } = parts;
  const drawn = seriesOf(parts).map((series) => {
    return picture(chartDrawing(series, window?.samples ?? [], incident.openedAt), `chart-${series.name}`);
  });
  return drawn.length === 0 ? [] : [`<div class="charts">${drawn.join("\n")}</div>`];
}

function waiting({ diagnosis }: ReportParts): string[] {
  const drawing = diagnosis.lock_graph && lockGraphDrawing(diagnosis.lock_graph);
  return drawing ? ['<h2 id="waiting">Who waits for whom</h2>', picture(drawing, "waiting-picture")] : [];
}

function topology({ diagnosis }: ReportParts): string[] {
  if (!diagnosis.topology || diagnosis.topology.nodes.length === 0) return [];
  return [
    '<h2 id="topology">Routes, and what they call</h2>',
    picture(topologyDrawing(diagnosis.topology), "topology-picture"),
  ];
}

function races(window: RecordedWindow | undefined): string[] {
  const found = (window?.races ?? []).slice(0, 5);
  return found.length === 0
    ? []
    : [
        '<h2 id="races">Overlaps</h2>',
        ...found.map(({ kind, store, key, steps, count }) => {
          const [first] = steps;
          const rows = steps
            .slice(0, 12)
            .map(({ at, owner, route, action }) => [
              plain(time(at - (first?.at ?? at))),
              plain(route ?? ""),
              plain(owner),
              `<code>${plain(action)}</code>`,
            ]);
          return `<p>${plain(kind.replaceAll("_", " "))} of ${plain(key)} in ${plain(store)}, ${count} times; the last one:</p>${table(["after", "route", "who", "did"], rows, [0])}`;
        }),
      ];
}

function stacks({ window, incident }: ReportParts): string[] {
  const last = window?.stacks?.at(-1);
  if (!last) return [];
  const lines = last.frames.slice(0, 8).map((frame) => shortened(frameText(frame), incident));
  const whose = last.route === undefined ? "" : `, in ${last.method} ${last.route}`;
  return [
    '<h2 id="stack">What blocked the event loop</h2>',
    `<p>Silent for ${plain(time(last.silent))}${plain(whose)}; one of ${window?.stacks?.length ?? 1} looks at it:</p>`,
    `<div class="scroll"><pre>${plain(lines.join("\n"), true)}</pre></div>`,
  ];
}

function allocations({ window, incident }: ReportParts): string[] {
  const found = [...(window?.allocations ?? [])].sort((a, b) => b.grown - a.grown).slice(0, 5);
  const rows = found.map(({ frame, bytes, grown, retained }) => [
    `<code>${plain(shortened(frameText(frame), incident))}</code>`,
    plain(formatFigure("bytes", grown)),
    plain(formatFigure("bytes", bytes)),
    plain(retained ?? ""),
  ]);
  return rows.length === 0
    ? []
    : [
        '<h2 id="allocations">Where memory that is alive was allocated</h2>',
        table(["site", "grew by", "has", "kept by"], rows, [1, 2]),
      ];
}

function death(window: RecordedWindow | undefined): string[] {
  if (!window?.death) return [];
  const { code, signal, stderr } = window.death;
  const how = signal ?? (code === undefined ? "nobody knows how" : `code ${code}`);
  return [
    `<h2 id="death">How the process ended</h2>\n<p>${plain(how)}</p>`,
    `<div class="scroll"><pre>${plain(stderr.slice(-12).join("\n"), true)}</pre></div>`,
  ];
}

function frameText({ function: fn, file, line, column, package: owner, version }: RecordedFrame): string {
  const from = owner === undefined ? "" : ` of ${owner}@${version ?? "?"}`;
  return `${fn ?? "(anonymous)"} ${file}:${line}:${column}${from}`;
}

function ruledOut({ diagnosis }: ReportParts): string[] {
  const items = diagnosis.ruled_out.map(
    (other) => `<li><code>${plain(other.class)}</code> ${plain(other.evidence)}</li>`,
  );
  const missing = diagnosis.missing.map((name) => `<li>${plain(name)}</li>`);
  return [
    ...(items.length > 0
      ? [`<details><summary>${items.length} classes ruled out, and why</summary><ul>${items.join("")}</ul></details>`]
      : []),
    ...(missing.length > 0
      ? [`<details><summary>${missing.length} things were not recorded</summary><ul>${missing.join("")}</ul></details>`]
      : []),
  ];
}

const MOST_ROWS = 120;

/** The samples that figures lead to, and of the others as many as one page bears; a number is a row of `bundle/sensors.json`. */
function samplesTable(parts: ReportParts): string[] {
  const samples = parts.window?.samples ?? [];
  const lines = linesOf(parts).flatMap((line) => line.samples ?? []);
  if (lines.length === 0 || samples.length === 0) return [];
  const names = [...new Set(lines.map(({ name }): SampleFieldName => name))];
  const wanted = new Set(lines.flatMap(({ first, last }) => [first, last]));
  const every = Math.max(1, Math.ceil(samples.length / MOST_ROWS));
  const rows = samples.flatMap((sample, i) => {
    if (!wanted.has(i) && i % every !== 0) return [];
    const cells = names.map((name) => {
      const value = sample[name];
      return `<td class="n">${value === undefined ? "" : plain(formatFigure(name, value))}</td>`;
    });
    const after = ((sample.at - parts.incident.openedAt) / 1_000).toFixed(1);
    return [
      `<tr id="sample-${i}"><th scope="row" class="n">${i}</th><td class="n">${after} s</td>${cells.join("")}</tr>`,
    ];
  });
  const columns = ["sample", "after", ...names].map((name) => `<th scope="col" class="n">${plain(name)}</th>`).join("");
  const some =
    rows.length < samples.length ? `${rows.length} of ${samples.length} samples` : `${samples.length} samples`;
  return [
    `<h2>Samples</h2>\n<details open><summary>${some}; each is a row of bundle/sensors.json</summary>`,
    `<div class="scroll"><table><thead><tr>${columns}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div></details>`,
  ];
}

function filesSection({ files, missing }: ReportParts): string[] {
  const there = files.map((name) => `<li><a href="${attribute(name)}">${plain(name)}</a></li>`);
  const not = missing.map(({ file, why }) => `<li>${plain(file)}: ${plain(why)}</li>`);
  return [
    "<h2>Files</h2>",
    `<details><summary>${there.length} files of evidence; ${not.length} are not there, and why</summary><ul>${there.join("")}</ul><ul>${not.join("")}</ul></details>`,
  ];
}

/** Cells are markup. */
function table(head: readonly string[], rows: readonly (readonly string[])[], numbers: readonly number[]): string {
  const kind = (i: number): string => (numbers.includes(i) ? ' class="n"' : "");
  const top = head.map((name, i) => `<th scope="col"${kind(i)}>${plain(name)}</th>`).join("");
  const body = rows.map((cells) => `<tr>${cells.map((cell, i) => `<td${kind(i)}>${cell}</td>`).join("")}</tr>`);
  return `<table><thead><tr>${top}</tr></thead><tbody>${body.join("")}</tbody></table>`;
}

function picture(drawing: Drawing, id: string): string {
  const markup: Markup = svg(drawing, id);
  return String(markup).replace("<svg ", `<svg id="${id}" `);
}

/** A text as content; what was thrown may have any text as its message. `isPre`: its lines stay lines. */
function plain(text: string, isPre = false): string {
  return isPre ? text.split("\n").map(escapeXml).join("\n") : escapeXml(text.replace(/\s+/g, " "));
}

function attribute(path: string): string {
  return escapeXml(path.split("/").map(encodeURIComponent).join("/"));
}
