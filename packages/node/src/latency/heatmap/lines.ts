import { el, type Markup, short } from "../../markup/xml.js";
import { QUANTILES, type QuantileName } from "../run.js";
import type { Column } from "./columns.js";
import { BAND, SIZE } from "./layout.js";
import { INK } from "./palette.js";
import type { LatencyScale } from "./scale.js";

/** How each line is told from the others without colour. */
export const STROKES: Readonly<Record<QuantileName, { readonly width: number; readonly dash?: string }>> = {
  p50: { width: 1.8 },
  p90: { width: 1.6, dash: "7 3" },
  p99: { width: 1.6, dash: "1.5 3" },
};

/** The names of the quantiles, as they are drawn. */
export const NAMES = Object.keys(QUANTILES) as QuantileName[];

/** One line over the cells, with a halo so that it is seen on dark and light ones. */
export function stroke(d: string, name: QuantileName): Markup[] {
  const { width, dash } = STROKES[name];
  const common = { fill: "none", d, "stroke-linejoin": "round" };
  return [
    el("path", { ...common, stroke: INK.halo, "stroke-width": width + 1.6, "stroke-opacity": 0.6 }),
    el("path", { ...common, stroke: INK.text, "stroke-width": width, "stroke-dasharray": dash }),
  ];
}

/** The quantiles over time, as steps that are interrupted where nothing ended, and their names at the right. */
export function drawLines(columns: readonly Column[], count: number, scale: LatencyScale): Markup[] {
  const last = columns.at(-1);
  if (last === undefined) return [];
  const width = BAND.plotWidth / count;
  const lines = NAMES.flatMap((name) => stroke(steps(columns, name, width, scale), name));
  const wanted = NAMES.map((name) => scale.y(last[name], BAND.plotHeight));
  const labels = apart(wanted).map((y, i) => {
    const name = NAMES[i] as QuantileName;
    return el("text", { x: BAND.plotWidth + 8, y: y + 4, "font-size": SIZE.small, fill: INK.text }, name.toUpperCase());
  });
  return [...lines, ...labels];
}

function steps(columns: readonly Column[], name: QuantileName, width: number, scale: LatencyScale): string {
  let previous = -2;
  return columns
    .map(({ index, ...figures }) => {
      const y = short(scale.y(figures[name], BAND.plotHeight));
      const begin = previous === index - 1 ? `V${y}` : `M${short(index * width)} ${y}`;
      previous = index;
      return `${begin}H${short((index + 1) * width)}`;
    })
    .join("");
}

/** Moves labels that would cover each other; they come from the lowest quantile, which is the lowest on the page. */
function apart(wanted: readonly number[]): number[] {
  const least = SIZE.small + 2;
  const placed: number[] = [];
  for (const y of wanted) placed.push(Math.min(y, (placed.at(-1) ?? Number.POSITIVE_INFINITY) - least));
  // What was pushed above the plot pushes the others down again.
  const over = Math.max(0, -(placed.at(-1) ?? 0));
  return placed.map((y) => y + over);
}
