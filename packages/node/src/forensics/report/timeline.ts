import { el, type Markup } from "../../markup/xml.js";
import type { IncidentRecord } from "../incident-file.js";
import { type Drawing, text, WIDTH } from "./drawing.js";
import { time } from "./figures.js";

const LEFT = 96;
const RIGHT = 620;
const TOP = 12;
const ROW = 24;
/** More are in the table, and are no picture any more. */
const MOST_STEPS = 12;

/** The steps of an incident on a line of time: the longer its line, the later a step was taken. */
export function timelineDrawing({ timeline, triggers, openedAt }: IncidentRecord): Drawing {
  const steps = timeline.slice(0, MOST_STEPS);
  const end = Math.max(1_000, ...steps.map(({ after }) => after));
  const xOf = (after: number): number => LEFT + (Math.max(0, Math.min(end, after)) / end) * (RIGHT - LEFT);
  const bottom = TOP + (steps.length + 1) * ROW;
  const marks = triggers.slice(0, 100).map(({ at }) => xOf(at - openedAt));
  return {
    width: WIDTH,
    height: bottom + 24,
    title: "Timeline",
    words: steps
      .map(({ step, after, outcome }) => `${step} after ${time(after)}${outcome === "ok" ? "" : ", failed"}`)
      .join("; "),
    content: [
      text(0, TOP + 14, "triggers", 14, "quiet"),
      ...[...new Set(marks.map(Math.round))].map((x) =>
        el("rect", { x: x - 1.5, y: TOP + 4, width: 3, height: 12, class: "mark" }),
      ),
      ...steps.flatMap(({ step, after, outcome }, i): Markup[] => {
        const y = TOP + (i + 1) * ROW + 10;
        const x = xOf(after);
        return [
          text(0, y + 4, step, 14),
          el("line", { x1: LEFT, y1: y, x2: x, y2: y, class: "way" }),
          el("circle", { cx: x, cy: y, r: 5, class: outcome === "ok" ? "step" : "failed" }),
          text(x + 12, y + 4, `${time(after)}${outcome === "ok" ? "" : ", failed"}`, 20, "figure"),
        ];
      }),
      el("line", { x1: LEFT, y1: bottom + 2, x2: RIGHT, y2: bottom + 2, class: "axis" }),
      ...ticksOf(end).flatMap((after) => [
        el("line", { x1: xOf(after), y1: bottom + 2, x2: xOf(after), y2: bottom + 6, class: "axis" }),
        text(xOf(after), bottom + 19, time(after), 10, "small", "middle"),
      ]),
    ],
  };
}

/** At most six, at round times. */
function ticksOf(end: number): number[] {
  const rough = end / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((size) => size >= rough) ?? rough;
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, i) => i * step);
}
