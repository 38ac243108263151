import { el, type Markup } from "../../markup/xml.js";
import { formatLatency } from "../format.js";
import { BAND, SIZE } from "./layout.js";
import { INK } from "./palette.js";
import { formatTime, type LatencyScale, latencyTicks, timeTicks } from "./scale.js";

/** The ground of a plot with its lines, and the latencies at its left. */
export function drawLatencyAxis(scale: LatencyScale): Markup[] {
  const ticks = latencyTicks(scale);
  return [
    el("rect", { width: BAND.plotWidth, height: BAND.plotHeight, fill: INK.plot }),
    ...ticks.flatMap((tick) => {
      const y = scale.y(tick, BAND.plotHeight);
      return [
        el("path", { d: `M0 ${Math.round(y) + 0.5}H${BAND.plotWidth}`, stroke: INK.grid }),
        latency(formatLatency(tick), Math.min(BAND.plotHeight, Math.max(SIZE.small - 2, y + 4))),
      ];
    }),
  ];
}

function latency(text: string, y: number): Markup {
  return el("text", { x: -8, y, "text-anchor": "end", "font-size": SIZE.small, fill: INK.quiet }, text);
}

/** The times below a plot of so many milliseconds. */
export function drawTimeAxis(length: number): Markup {
  const top = BAND.plotHeight + BAND.stripGap + BAND.stripHeight;
  const ticks = timeTicks(length).filter((at) => at <= length);
  return el(
    "g",
    { transform: `translate(0 ${top})`, "font-size": SIZE.small, fill: INK.quiet },
    ...ticks.flatMap((at) => {
      const x = (at / length) * BAND.plotWidth;
      return [
        el("path", { d: `M${Math.round(x) + 0.5} 0v4`, stroke: INK.quiet }),
        el("text", { x, y: 17, "text-anchor": "middle" }, formatTime(at)),
      ];
    }),
  );
}
