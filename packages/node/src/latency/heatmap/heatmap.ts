import { OptionCheck } from "@sop/core";
import { el, type Markup } from "../../markup/xml.js";
import { compareRuns } from "../compare.js";
import { formatShare } from "../format.js";
import type { LatencyRun } from "../run.js";
import { type Band, drawBand } from "./band.js";
import { cellsOf } from "./cells.js";
import { columnsOf, cut } from "./columns.js";
import { BAND, BAND_HEIGHT, FONT, PAGE, SIZE } from "./layout.js";
import { drawLegend } from "./legend.js";
import { INK } from "./palette.js";
import { rowsOf } from "./rows.js";
import { formatTime, latencyScale } from "./scale.js";
import { busiest } from "./select.js";
import { counted, describe, totals } from "./words.js";

/** How a heat map is drawn. */
export interface HeatMapOptions {
  /** A run to compare with. */
  readonly baseline?: LatencyRun | undefined;
  /** How many bands there are at most, 1 to 30: the busiest routes, and the others together. Default 12. */
  readonly routes?: number | undefined;
}

/** Above this many bands, columns have no titles of their own: the image would be larger than it is worth. */
const MOST_WITH_TIPS = 12;

/**
 * Draws a run as an SVG document: a band for each route, time from left to right, latency upwards on a logarithmic scale, the darker the more
 * requests. It has no script, no style sheet and no reference to anything else, tells all in words too, and is at most
 * about two megabytes, and as a rule a tenth of that. Throws `SOP_ERR_OPTION` for options that are wrong.
 */
export function latencyHeatMap(run: LatencyRun, options: HeatMapOptions = {}): string {
  const check = new OptionCheck(options, "", ["baseline", "routes"]);
  const most = check.integer("routes", 12, 1, 30);
  check.done();
  return `${draw(run, options.baseline, most)}\n`;
}

function draw(run: LatencyRun, baseline: LatencyRun | undefined, most: number): Markup {
  const changes = new Map(baseline ? compareRuns(baseline, run).map((change) => [change.route, change]) : []);
  const routes = busiest(run, most);
  const scale = latencyScale(baseline ? [run, baseline] : [run]);
  const columns = columnsOf(run);
  const rows = rowsOf(run.bounds, scale, BAND.plotHeight);
  const bands = routes.map((route): Band => {
    const found = cut(run.bounds, route, columns);
    return { route, columns: found, cells: cellsOf(found, rows), change: changes.get(route.route) };
  });
  const greatest = bands.reduce((n, { cells }) => cells.reduce((m, { count }) => Math.max(m, count), n), 0);
  const frame = { columns, scale, most: greatest, hasTips: bands.length <= MOST_WITH_TIPS };
  const notes = notesOf(run, [...changes.values()].filter((change) => change.in === "before").length);
  const height = PAGE.head + Math.max(1, bands.length) * BAND_HEIGHT + PAGE.foot + notes.length * 18;
  return el(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${PAGE.width} ${height}`,
      width: PAGE.width,
      height,
      role: "img",
      "aria-labelledby": "sop-latency-title sop-latency-words",
      "font-family": FONT,
    },
    el("title", { id: "sop-latency-title" }, titleOf(run)),
    el("desc", { id: "sop-latency-words" }, describe(run, routes, changes)),
    el("rect", {
      x: 0.5,
      y: 0.5,
      width: PAGE.width - 1,
      height: height - 1,
      rx: 8,
      fill: INK.ground,
      stroke: INK.frame,
    }),
    ...drawHead(run, baseline),
    el(
      "g",
      { transform: `translate(${BAND.plotX} 74)` },
      drawLegend({ most: greatest, width: columns.width, hasBaseline: baseline !== undefined }),
    ),
    ...bands.map((band, i) => drawBand(band, frame, PAGE.head + i * BAND_HEIGHT)),
    ...(bands.length === 0
      ? [
          el(
            "text",
            { x: PAGE.margin, y: PAGE.head + 20, "font-size": SIZE.route, fill: INK.text },
            "Nothing was requested.",
          ),
        ]
      : []),
    el(
      "g",
      { "font-size": SIZE.small, fill: INK.quiet },
      ...notes.map((note, i) =>
        el("text", { x: PAGE.margin, y: height - PAGE.foot - (notes.length - 1 - i) * 18 }, note),
      ),
      el("text", { x: PAGE.margin, y: height - 14 }, FOOT),
    ),
  );
}

const FOOT =
  "x: time from the begin; y: latency, logarithmic. P50, P90 and P99: half, 90 % and 99 % of the requests took no longer. Colours: cividis.";

function titleOf({ service }: LatencyRun): string {
  return service === undefined ? "Latency by route" : `Latency by route of ${service}`;
}

function drawHead(run: LatencyRun, baseline: LatencyRun | undefined): Markup[] {
  const { requests, errors } = totals(run);
  const length = Date.parse(run.until) - Date.parse(run.from);
  const about = [
    `${when(run)}, ${formatTime(length)}`,
    counted(requests, "request"),
    `${formatShare(requests === 0 ? 0 : errors / requests)} errors`,
    run.source,
  ];
  return [
    el("text", { x: PAGE.margin, y: 38, "font-size": SIZE.title, "font-weight": 600, fill: INK.text }, titleOf(run)),
    el("text", { x: PAGE.margin, y: 60, "font-size": SIZE.text, fill: INK.quiet }, about.join(" \u00b7 ")),
    ...(baseline
      ? [el("text", { x: PAGE.margin, y: 86, "font-size": SIZE.text, fill: INK.quiet }, `before: ${when(baseline)}`)]
      : []),
  ];
}

function when({ from }: LatencyRun): string {
  return `${new Date(from).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function notesOf({ notes }: LatencyRun, gone: number): string[] {
  const missing = gone === 0 ? [] : [`${gone} of the routes of the run before had no requests.`];
  return [...notes, ...missing].slice(0, 8);
}
