import { el, type Markup } from "../../markup/xml.js";
import { formatCount } from "../format.js";
import { cross } from "./errors.js";
import { SIZE } from "./layout.js";
import { NAMES, stroke } from "./lines.js";
import { COLOURS, INK, leastOf, STEPS } from "./palette.js";
import { formatTime } from "./scale.js";

const STEP = 22;
const SCALE_WIDTH = STEP * STEPS;

/** How to read it: the colours with their counts, the lines, and the strip of errors. */
export function drawLegend({
  most,
  width,
  hasBaseline,
}: {
  most: number;
  width: number;
  hasBaseline: boolean;
}): Markup {
  return el(
    "g",
    { "font-size": SIZE.small, fill: INK.text },
    ...drawColours(most, width),
    ...NAMES.map((name, i) =>
      el(
        "g",
        { transform: `translate(${SCALE_WIDTH + 40 + i * 78} 0)` },
        ...stroke("M0 6H34", name),
        el("text", { x: 40, y: 10 }, name.toUpperCase()),
      ),
    ),
    el(
      "g",
      { transform: `translate(${SCALE_WIDTH + 40} 22)` },
      el("path", { d: "M0 12V4H16V12Z", fill: INK.error }),
      el("path", { d: cross(25, 8), stroke: INK.text, "stroke-width": 1.8, "stroke-linecap": "round" }),
      el("text", { x: 40, y: 12 }, "share of errors (status 500 and above), 0 to 100 %"),
    ),
    ...(hasBaseline ? drawShiftKey() : []),
  );
}

function drawShiftKey(): Markup[] {
  const x = SCALE_WIDTH + 40 + NAMES.length * 78 + 4;
  return [
    el("path", { d: `M${x} 6h26m-5 -5l5 5l-5 5`, fill: "none", stroke: INK.text, "stroke-width": 2 }),
    el("circle", { cx: x, cy: 6, r: 4, fill: INK.ground, stroke: INK.text, "stroke-width": 1.6 }),
    el("text", { x: x + 36, y: 10 }, "from the run before to this one"),
  ];
}

/** The colours, each with the least count that has it where there is room. */
function drawColours(most: number, width: number): Markup[] {
  const marks = marksOf(most);
  return [
    ...COLOURS.map((fill, i) => el("rect", { x: i * STEP, width: STEP + 0.3, height: 14, fill })),
    ...marks.map(({ x, text, anchor }) => el("text", { x, y: 28, "text-anchor": anchor }, text)),
    el("text", { y: 46, fill: INK.quiet }, `requests of a cell, which is ${formatTime(width)} wide; logarithmic`),
  ];
}

function marksOf(most: number): { x: number; text: string; anchor: "start" | "middle" | "end" }[] {
  if (most <= 1) return [{ x: SCALE_WIDTH, text: "1", anchor: "end" }];
  const middle = STEPS / 2;
  return [
    { x: 0, text: "1", anchor: "start" },
    ...(most >= 9 ? [{ x: middle * STEP, text: formatCount(leastOf(middle, most)), anchor: "middle" } as const] : []),
    { x: SCALE_WIDTH, text: formatCount(most), anchor: "end" },
  ];
}
