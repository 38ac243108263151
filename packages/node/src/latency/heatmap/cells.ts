import { el, type Markup } from "../../markup/xml.js";
import type { Column } from "./columns.js";
import { BAND } from "./layout.js";
import { COLOURS, stepOf } from "./palette.js";
import type { Row } from "./rows.js";

/** One rectangle of the heat map. */
export interface Cell {
  readonly column: number;
  readonly row: Row;
  readonly count: number;
}

/** The cells in which there is anything. */
export function cellsOf(columns: readonly Column[], rows: readonly (Row | undefined)[]): Cell[] {
  return columns.flatMap(({ index, counts }) => {
    const byRow = new Map<Row, number>();
    for (const [bucket, count] of counts) {
      const row = rows[bucket];
      if (row) byRow.set(row, (byRow.get(row) ?? 0) + count);
    }
    return [...byRow].map(([row, count]) => ({ column: index, row, count }));
  });
}

/** Draws the cells, all of one colour as one path: a tenth of the size of a rectangle each. */
export function drawCells(cells: readonly Cell[], columns: number, most: number): Markup[] {
  const width = BAND.plotWidth / columns;
  // A hair of ground between columns, where there is room for it.
  const hair = width > 4 ? 0.6 : 0;
  return [...byColour(cells, most)]
    .sort(([a], [b]) => a - b)
    .map(([step, group]) => {
      const d = group.map(({ column, row }) => {
        const [high, wide] = [coarse(row.bottom - row.top), coarse(width - hair)];
        return `M${coarse(column * width)} ${coarse(row.top)}h${wide}v${high}h-${wide}z`;
      });
      return el("path", { fill: COLOURS[step], d: d.join("") });
    });
}

function byColour(cells: readonly Cell[], most: number): Map<number, Cell[]> {
  const groups = new Map<number, Cell[]>();
  for (const cell of cells) {
    const step = stepOf(cell.count, most);
    const group = groups.get(step);
    if (group) group.push(cell);
    else groups.set(step, [cell]);
  }
  return groups;
}

/** A tenth of a pixel is as near as can be seen. */
function coarse(value: number): number {
  return Math.round(value * 10) / 10;
}
