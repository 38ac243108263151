import type { Breaker, BreakersAnswer } from "../../plane/answers.js";
import type { PlaneOptions } from "../../plane/options.js";
import { withPlane } from "../../plane/plane-finder.js";
import { EXIT, type Terminal } from "../../terminal.js";
import { printable } from "../../text/printable.js";
import { type Cell, table } from "../../text/table.js";
import { clock, count, percent, span } from "../../text/units.js";
import { printAnswer, staleness, type View } from "./answer.js";
import { breakerState } from "./breaker-state.js";

const FRAMES = 3;

/** Shows every breaker with its last failures. */
export function showBreakers(options: PlaneOptions, json: boolean | undefined, terminal: Terminal): Promise<number> {
  return withPlane(options, terminal, async (plane) => {
    const answer = await plane.send<BreakersAnswer>("POST", "/debug/mw/circuit-breaker/snapshot", { format: "json" });
    printAnswer(terminal, json, answer, render);
    return EXIT.fine;
  });
}

function render(answer: BreakersAnswer, view: View): string[] {
  const { total, breakers } = answer;
  if (total === 0) return [...staleness(answer, view), "no breakers"];
  const columns = [{ head: "breaker", least: 12 }, { head: "state" }, { head: "last minute" }, { head: "window" }, {}];
  const cut = breakers.length < total ? [`${count(total - breakers.length, "more breaker")} not shown`] : [];
  return [
    ...staleness(answer, view),
    ...table(
      columns,
      breakers.map((breaker) => cells(breaker, view)),
      view.width,
    ),
    ...cut,
    ...breakers.flatMap((breaker) => failureLines(breaker, view)),
  ];
}

function cells({ name, state, lastMinute, window, retryAfter }: Breaker, { paint }: View): Cell[] {
  return [
    name,
    breakerState(state, paint),
    lastMinute?.failureRate === undefined ? "no calls" : `${percent(lastMinute.failureRate)} failed`,
    `${window.failureRate === undefined ? "too few" : percent(window.failureRate)} of ${count(window.calls, "call")}`,
    retryAfter === undefined ? "" : `tries again in ${span(retryAfter)}`,
  ];
}

function failureLines({ name, failures = [] }: Breaker, { paint }: View): string[] {
  if (failures.length === 0) return [];
  return [
    "",
    paint.bold(printable(`${name}: the last ${count(failures.length, "failure")}`)),
    ...failures.flatMap(({ at, traceId, type, message, stack }) => [
      printable(`${clock(at)}  ${type}: ${message}${traceId ? `  trace ${traceId}` : ""}`),
      ...framesOf(stack).map((frame) => paint.dim(`          ${printable(frame)}`)),
    ]),
  ];
}

function framesOf(stack: string): string[] {
  const lines = stack.split("\n").map((line) => line.trim());
  return lines.filter((line) => line.startsWith("at ")).slice(0, FRAMES);
}
