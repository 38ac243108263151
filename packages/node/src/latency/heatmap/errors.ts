import { el, type Markup, short } from "../../markup/xml.js";
import { formatShare } from "../format.js";
import type { Column } from "./columns.js";
import { BAND, SIZE } from "./layout.js";
import { INK } from "./palette.js";

/** A bar that is lower could be overlooked. */
const LEAST_HEIGHT = 4;

/** The share of errors over time, as bars from 0 to 100 % whose height, not colour, is what is read; each has a cross where there is room. */
export function drawErrors(columns: readonly Column[], count: number): Markup {
  const width = BAND.plotWidth / count;
  const failed = columns.filter(({ errors }) => errors > 0);
  const bars = failed.map(({ index, errorRatio }) => {
    const height = Math.max(LEAST_HEIGHT, errorRatio * BAND.barHeight);
    const inset = width > 4 ? 0.6 : 0;
    return `M${short(index * width)} ${BAND.stripHeight}V${short(BAND.stripHeight - height)}H${short((index + 1) * width - inset)}V${BAND.stripHeight}Z`;
  });
  const crosses = width < 9 ? [] : failed.map(({ index }) => cross((index + 0.5) * width));
  const most = Math.max(0, ...failed.map(({ errorRatio }) => errorRatio));
  const label = { "font-size": SIZE.small, y: BAND.stripHeight / 2 + 4 };
  return el(
    "g",
    { transform: `translate(0 ${BAND.plotHeight + BAND.stripGap})` },
    el("rect", { width: BAND.plotWidth, height: BAND.stripHeight, fill: INK.plot }),
    ...(bars.length === 0 ? [] : [el("path", { d: bars.join(""), fill: INK.error })]),
    ...(crosses.length === 0
      ? []
      : [el("path", { d: crosses.join(""), stroke: INK.text, "stroke-width": 1.8, "stroke-linecap": "round" })]),
    el("text", { ...label, x: -8, "text-anchor": "end", fill: INK.quiet }, "errors"),
    el(
      "text",
      { ...label, x: BAND.plotWidth + 8, fill: INK.text },
      failed.length === 0 ? "none" : `up to ${formatShare(most)}`,
    ),
  );
}

/** A cross, above the bars of the strip. */
export function cross(x: number, y: number = (BAND.stripHeight - BAND.barHeight) / 2): string {
  const r = 3.2;
  return `M${short(x - r)} ${short(y - r)}L${short(x + r)} ${short(y + r)}M${short(x - r)} ${short(y + r)}L${short(x + r)} ${short(y - r)}`;
}
