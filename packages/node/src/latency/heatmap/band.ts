import { el, type Markup } from "../../markup/xml.js";
import type { RouteChange } from "../compare.js";
import { formatLatency, formatShare } from "../format.js";
import type { RouteLatency } from "../run.js";
import { drawLatencyAxis, drawTimeAxis } from "./axes.js";
import { type Cell, drawCells } from "./cells.js";
import type { Column, Columns } from "./columns.js";
import { drawErrors } from "./errors.js";
import { drawFigures } from "./figures.js";
import { BAND } from "./layout.js";
import { drawLines } from "./lines.js";
import { formatTime, type LatencyScale } from "./scale.js";
import { drawShift } from "./shift.js";
import { counted, sentence } from "./words.js";

/** What one band shows. */
export interface Band {
  readonly route: RouteLatency;
  readonly columns: readonly Column[];
  readonly cells: readonly Cell[];
  readonly change: RouteChange | undefined;
}

/** What all bands have in common. */
export interface Frame {
  readonly columns: Columns;
  readonly scale: LatencyScale;
  /** The greatest count of a cell. */
  readonly most: number;
  /** Whether each column tells its figures when it is pointed at. */
  readonly hasTips: boolean;
}

/** Draws the band of one route at a height. */
export function drawBand({ route, columns, cells, change }: Band, frame: Frame, y: number): Markup {
  const { columns: cut, scale, most } = frame;
  const length = cut.count * cut.width;
  return el(
    "g",
    { transform: `translate(0 ${y})` },
    el("title", {}, route.route),
    el("desc", {}, sentence(route, change)),
    drawFigures(route, length / 1_000, change),
    el(
      "g",
      { transform: `translate(${BAND.plotX} 0)` },
      ...drawLatencyAxis(scale),
      ...drawCells(cells, cut.count, most),
      ...drawLines(columns, cut.count, scale),
      drawErrors(columns, cut.count),
      drawTimeAxis(length),
      ...drawShift(change, scale),
      ...(frame.hasTips ? columns.map((column) => tip(column, cut)) : []),
    ),
  );
}

/** An area that cannot be seen, and says in words what is below it. */
function tip({ index, requests, errors, errorRatio, p50, p90, p99 }: Column, { count, width }: Columns): Markup {
  const columnWidth = BAND.plotWidth / count;
  const failed = errors > 0 ? `, ${counted(errors, "error")} (${formatShare(errorRatio)})` : "";
  const figures = `P50 ${formatLatency(p50)}, P90 ${formatLatency(p90)}, P99 ${formatLatency(p99)}`;
  return el(
    "rect",
    {
      x: index * columnWidth,
      width: columnWidth,
      height: BAND.plotHeight + BAND.stripGap + BAND.stripHeight,
      "fill-opacity": 0,
    },
    el("title", {}, `${formatTime(index * width)}: ${counted(requests, "request")}, ${figures}${failed}`),
  );
}
