import type { Sample } from "@sop/core";
import { el, type Markup } from "../../markup/xml.js";
import { type Drawing, text } from "./drawing.js";
import { formatFigure, time } from "./figures.js";
import type { Series } from "./story.js";

const WIDTH = 352;
const HEIGHT = 132;
const PLOT = { left: 8, top: 34, width: 336, height: 70 } as const;

/** One figure of the samples over the window: the time that the evidence is from is shaded, the incident's opening is a line. */
export function chartDrawing(
  { name, about, since, until }: Series,
  samples: readonly Sample[],
  openedAt: number,
): Drawing {
  const first = samples[0]?.at ?? 0;
  const last = samples.at(-1)?.at ?? first + 1;
  const values = samples.flatMap(({ [name]: value }) => (value === undefined ? [] : [value]));
  const low = Math.min(0, ...values);
  const most = Math.max(low, ...values);
  // A figure that is zero all the time lies at the bottom.
  const high = most > low ? most : low + 1;
  const xOf = (at: number): number => PLOT.left + ((at - first) / Math.max(1, last - first)) * PLOT.width;
  const yOf = (value: number): number => PLOT.top + PLOT.height * (1 - (value - low) / (high - low));
  const bottom = PLOT.top + PLOT.height;
  const newest = values.at(-1) ?? 0;
  const isOpening = openedAt >= first && openedAt <= last;
  const from = Math.max(PLOT.left, Math.min(xOf(since), xOf(until) - 3));
  return {
    width: WIDTH,
    height: HEIGHT,
    title: name,
    words: `${about}: from ${formatFigure(name, values[0] ?? 0)} to ${formatFigure(name, newest)}, at most ${formatFigure(name, most)}, within ${time(last - first)}`,
    content: [
      text(PLOT.left, 14, name, 34, "name"),
      text(PLOT.left + PLOT.width, 14, `max ${formatFigure(name, most)}`, 24, "small", "end"),
      text(PLOT.left, 28, about, 60, "small"),
      el("rect", { x: from, y: PLOT.top, width: Math.max(3, xOf(until) - from), height: PLOT.height, class: "shade" }),
      el("line", { x1: PLOT.left, y1: bottom, x2: PLOT.left + PLOT.width, y2: bottom, class: "axis" }),
      ...(isOpening
        ? [el("line", { x1: xOf(openedAt), y1: PLOT.top, x2: xOf(openedAt), y2: bottom, class: "opened" })]
        : []),
      ...curve(name, samples, xOf, yOf),
      text(PLOT.left, bottom + 15, `${formatSide(first - openedAt)}`, 16, "small"),
      ...(isOpening ? [text(within(xOf(openedAt)), bottom + 15, "opened", 8, "small", "middle")] : []),
      text(PLOT.left + PLOT.width, bottom + 15, `${formatSide(last - openedAt)}`, 16, "small", "end"),
    ],
  };
}

/** A line for each stretch of samples that have the figure: where it could not be read there is a gap, and no zero. */
function curve(
  name: Series["name"],
  samples: readonly Sample[],
  xOf: (at: number) => number,
  yOf: (value: number) => number,
): Markup[] {
  const stretches: string[][] = [[]];
  for (const { at, [name]: value } of samples) {
    if (value === undefined) stretches.push([]);
    else stretches.at(-1)?.push(`${xOf(at).toFixed(1)},${yOf(value).toFixed(1)}`);
  }
  return stretches
    .filter((points) => points.length > 0)
    .map((points) =>
      el("polyline", { points: (points.length === 1 ? [...points, ...points] : points).join(" "), class: "curve" }),
    );
}

function formatSide(ms: number): string {
  return ms < 0 ? `−${time(-ms)}` : `+${time(ms)}`;
}

/** So that the word does not run into those at the ends. */
function within(x: number): number {
  return Math.max(PLOT.left + 86, Math.min(PLOT.left + PLOT.width - 86, x));
}
