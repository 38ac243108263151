import type { Column } from "./columns.js";
import { BAND } from "./layout.js";
import { COLOURS, stepOf } from "./palette.js";
import type { Row } from "./rows.js";
import { el, type Markup, short } from "./xml.js";

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
  const paths = new Map<number, string[]>();
  for (const { column, row, count } of cells) {
    const step = stepOf(count, most);
    const path = paths.get(step) ?? [];
    paths.set(step, path);
    // A hair of ground between columns, where there is room for it.
    const right = (column + 1) * width - (width > 4 ? 0.6 : 0);
    path.push(
      `M${short(column * width)} ${short(row.top)}H${short(right)}V${short(row.bottom)}H${short(column * width)}Z`,
    );
  }
  return [...paths]
    .sort(([a], [b]) => a - b)
    .map(([step, path]) => el("path", { fill: COLOURS[step] as string, d: path.join("") }));
}
