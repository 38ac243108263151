import { el, type Markup, short } from "../../markup/xml.js";
import type { RouteChange } from "../compare.js";
import { BAND, SIZE } from "./layout.js";
import { NAMES } from "./lines.js";
import { INK } from "./palette.js";
import type { LatencyScale } from "./scale.js";

/** Where the marks of the first quantile are, from the plot's right end, and how far those of the next. */
const FIRST = 58;
const STEP = 26;

/** At the right of a plot: for each quantile a ring where it was, and an arrow to where it is. */
export function drawShift(change: RouteChange | undefined, scale: LatencyScale): Markup[] {
  if (change?.in !== "both") return [];
  return NAMES.flatMap((name, i) => {
    const { before, after } = change.changes[name];
    const x = BAND.plotWidth + FIRST + i * STEP;
    const from = scale.y(before, BAND.plotHeight);
    const to = scale.y(after, BAND.plotHeight);
    const label = { x, y: -4, "text-anchor": "middle", "font-size": SIZE.small, fill: INK.quiet };
    return [
      el("text", label, name.slice(1)),
      el("path", { d: `M${x} 0V${BAND.plotHeight}`, stroke: INK.grid }),
      el("path", {
        d: `M${x} ${short(from)}V${short(to)}${head(x, from, to)}`,
        fill: "none",
        stroke: INK.text,
        "stroke-width": 2,
      }),
      el("circle", { cx: x, cy: from, r: 4, fill: INK.ground, stroke: INK.text, "stroke-width": 1.6 }),
    ];
  });
}

/** The arrow's head; a stroke where there is no way to go. */
function head(x: number, from: number, to: number): string {
  if (Math.abs(to - from) < 6) return `M${x - 7} ${short(to)}h14`;
  const back = to < from ? 5 : -5;
  return `M${x - 5} ${short(to + back)}L${x} ${short(to)}L${x + 5} ${short(to + back)}`;
}
