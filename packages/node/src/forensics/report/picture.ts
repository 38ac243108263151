import { el, Markup } from "../../markup/xml.js";
import { chartDrawing } from "./chart.js";
import { type Drawing, svg, text, WIDTH } from "./drawing.js";
import { lockGraphDrawing } from "./lock-graph.js";
import { groupsOf, type ReportParts, seriesOf } from "./story.js";
import { DRAWING_STYLE } from "./style.js";
import { timelineDrawing } from "./timeline.js";
import { topologyDrawing } from "./topology.js";

const MARGIN = 24;
const LINE = 20;
const MOST_LINES = 10;
const FIGURE = 600;
const MOST_SUGGESTIONS = 3;

/** `report.svg`: the report as one picture, for a chat or a page that shows no others. It has no script and no reference to anything else. */
export function reportPicture(parts: ReportParts): string {
  const { incident, diagnosis } = parts;
  const pieces: Piece[] = [
    ...head(parts),
    title("What to do"),
    ...diagnosis.mitigation_suggestion.slice(0, MOST_SUGGESTIONS).map(({ text: what, command }) => {
      return words([command === undefined ? what : `${what} $ ${command}`], 92);
    }),
    title("Timeline"),
    drawn(timelineDrawing(incident)),
    title("Evidence"),
    ...evidence(parts),
    ...pairs(seriesOf(parts).map((series) => chartDrawing(series, parts.window?.samples ?? [], incident.openedAt))),
    ...section("Who waits for whom", diagnosis.lock_graph ? lockGraphDrawing(diagnosis.lock_graph) : undefined),
    ...section(
      "Routes, and what they call",
      diagnosis.topology?.nodes.length ? topologyDrawing(diagnosis.topology) : undefined,
    ),
  ];
  let y = MARGIN;
  const content = pieces.map(({ height, content }) => {
    const placed = el("g", { transform: `translate(${MARGIN} ${y})` }, ...content);
    y += height;
    return placed;
  });
  const [width, height] = [WIDTH + 2 * MARGIN, y + MARGIN];
  const sheet = el("rect", { x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 8, class: "sheet" });
  const drawing: Drawing = {
    width,
    height,
    title: `Incident ${incident.id} of ${incident.service}`,
    words: diagnosis.summary,
    content: [el("style", {}, new Markup(DRAWING_STYLE)), sheet, ...content],
  };
  return `${svg(drawing, "sop-report")}\n`;
}

/** A part of the picture, placed below the one before. */
interface Piece {
  readonly height: number;
  readonly content: readonly Markup[];
}

function head({ incident, diagnosis }: ReportParts): Piece[] {
  const { id, service, state } = incident;
  const { root_cause, verdict, trigger } = diagnosis;
  return [
    { height: 26, content: [text(0, 12, `Incident ${id} of ${service}, ${state}`, 100, "quiet")] },
    ...wrapped(diagnosis.summary, 68)
      .slice(0, 4)
      .map((line): Piece => ({ height: 26, content: [text(0, 16, line, 90, "headline")] })),
    { height: 24, content: [text(0, 16, `${root_cause} (${verdict}), set off by ${trigger}`, 90, "name bad")] },
  ];
}

function evidence(parts: ReportParts): Piece[] {
  const pieces = groupsOf(parts).flatMap(({ sees, lines }): Piece[] => [
    ...(sees === ""
      ? []
      : wrapped(sees, 100).map((line): Piece => ({ height: LINE, content: [text(0, 15, line, 110)] }))),
    ...lines.map(({ seen, figure, limit }): Piece => {
      const columns =
        figure === ""
          ? []
          : [text(FIGURE, 15, figure, 16, "name figure", "end"), text(FIGURE + 10, 15, limit, 24, "small")];
      return { height: LINE, content: [text(12, 15, seen, figure === "" ? 96 : 74, "quiet"), ...columns] };
    }),
  ]);
  return pieces.slice(0, MOST_LINES);
}

function title(name: string): Piece {
  return { height: 38, content: [text(0, 28, name, 60, "name")] };
}

function words(lines: readonly string[], room: number): Piece {
  return { height: LINE * lines.length, content: lines.map((line, i) => text(0, 15 + i * LINE, `· ${line}`, room)) };
}

function drawn({ height, content }: Drawing): Piece {
  return { height: height + 4, content };
}

function section(name: string, drawing: Drawing | undefined): Piece[] {
  return drawing ? [title(name), drawn(drawing)] : [];
}

/** Two beside each other. */
function pairs(drawings: readonly Drawing[]): Piece[] {
  const rows: Piece[] = [];
  for (let i = 0; i < drawings.length; i += 2) {
    const row = drawings.slice(i, i + 2);
    const content = row.map(({ content, width }, place) =>
      el("g", { transform: `translate(${place * (WIDTH - width)} 12)` }, ...content),
    );
    rows.push({ height: (row[0]?.height ?? 0) + 16, content });
  }
  return rows;
}

function wrapped(sentence: string, room: number): string[] {
  const lines: string[] = [""];
  for (const word of sentence.split(/\s+/)) {
    const last = lines.at(-1) as string;
    if (last === "") lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= room) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
