import { clip, printable, widthOf } from "./printable.js";

/** A column of a table. */
export interface Column {
  /** Its title; a table where no column has one has no line of titles. */
  readonly head?: string;
  readonly align?: "left" | "right";
  /** Whether it may be cut where the table is too wide, and to how much. */
  readonly least?: number;
}

/** A cell: a text, and what to do to it once it has its width, such as a colour. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

const GAP = "  ";

/** Lines of aligned columns, none wider than `width`. Texts are made safe for a terminal. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number = Number.POSITIVE_INFINITY,
): string[] {
  const hasHead = columns.some(({ head }) => head !== undefined);
  const heads = columns.map(({ head = "" }) => head.toUpperCase());
  const all = [...(hasHead ? [heads] : []), ...rows.map((row) => columns.map((_, i) => safe(row[i] ?? "")))];
  const widths = fitted(
    columns,
    columns.map((_, i) => Math.max(0, ...all.map((row) => widthOf(textOf(row[i] ?? ""))))),
    width,
  );
  return all.map((row) => lineOf(columns, row, widths, width));
}

/** Takes from the widest of the columns that may be cut, until all have room. */
function fitted(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  const used = widths.filter((own) => own > 0);
  let over = used.reduce((sum, own) => sum + own, 0) + GAP.length * Math.max(0, used.length - 1) - width;
  while (over > 0) {
    const spare = widths.map((own, i) => own - (columns[i]?.least ?? own));
    const widest = spare.indexOf(Math.max(...spare));
    if ((spare[widest] ?? 0) <= 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    over -= 1;
  }
  return widths;
}

function lineOf(columns: readonly Column[], row: readonly Cell[], widths: readonly number[], width: number): string {
  let line = "";
  let room = width;
  let owed = "";
  for (const [i, { align }] of columns.entries()) {
    const own = widths[i] ?? 0;
    if (own === 0) continue;
    const cell = row[i] ?? "";
    const whole = clip(textOf(cell), own);
    const pad = " ".repeat(own - widthOf(whole));
    const before = owed + (align === "right" ? pad : "");
    const text = clip(whole, Math.max(0, room - before.length));
    if (text !== "") {
      line += before + (typeof cell === "string" ? text : cell.paint(text));
      room -= before.length + widthOf(text);
      owed = (align === "right" ? "" : pad) + GAP;
    } else owed += pad + GAP;
  }
  return line;
}

function safe(cell: Cell): Cell {
  return typeof cell === "string" ? printable(cell) : { ...cell, text: printable(cell.text) };
}

function textOf(cell: Cell): string {
  return typeof cell === "string" ? cell : cell.text;
}
