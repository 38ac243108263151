import type { RequestInFlight } from "@sop/core";
import type { CommandError } from "../../command-error.js";
import type { RequestsAnswer, SignalsAnswer } from "../../plane/answers.js";
import { isPassing } from "../../plane/follow.js";
import { type PlaneOptions, readDuration } from "../../plane/options.js";
import type { Plane } from "../../plane/plane.js";
import { PlaneFinder, withPlane } from "../../plane/plane-finder.js";
import { EXIT, type Terminal } from "../../terminal.js";
import { showLive } from "../../text/live.js";
import { paintFor } from "../../text/paint.js";
import { printable } from "../../text/printable.js";
import { type Cell, type Column, table } from "../../text/table.js";
import { clock, count, span } from "../../text/units.js";
import { printAnswer, rendered, staleness, type View } from "./answer.js";
import { signalText } from "./snapshot.js";

/** Which requests are shown, and how. */
export interface RequestsOptions extends PlaneOptions {
  readonly json?: boolean;
  readonly watch?: boolean;
  readonly interval: string;
  readonly route?: string;
  readonly minAge?: string;
  readonly limit: string;
}

const COLUMNS: readonly Column[] = [
  { head: "age", align: "right" },
  { head: "left", align: "right" },
  { head: "phase" },
  { head: "request", least: 16 },
  { head: "id", least: 8 },
];

/** Lists the requests in flight; with `watch` again and again, until it is ended. */
export function showRequests(options: RequestsOptions, terminal: Terminal): Promise<number> {
  return options.watch ? watch(options, terminal) : once(options, terminal);
}

function once(options: RequestsOptions, terminal: Terminal): Promise<number> {
  return withPlane(options, terminal, async (plane) => {
    const answer = await ask(plane, options);
    printAnswer(terminal, options.json, answer, (found, view) => [
      ...staleness(found, view),
      summary(found),
      ...rows(found.requests, view),
    ]);
    return EXIT.fine;
  });
}

/** Each frame is asked for anew; where the plane is lost the frame says so, and the next may find it again. */
async function watch(options: RequestsOptions, terminal: Terminal): Promise<number> {
  const interval = readDuration("--interval", options.interval, 200, 60_000);
  const finder = new PlaneFinder(options, terminal);
  let isFirst = true;
  try {
    await showLive(terminal, interval, async ({ width, height }) => {
      const view = { paint: paintFor(terminal.out), width };
      try {
        const lines = await frame(finder.find(), options, view, height);
        isFirst = false;
        return lines;
      } catch (error) {
        if (terminal.signal.aborted || isFirst || !isPassing(error, finder.isFromFile)) throw error;
        finder.lose();
        return [view.paint.red(printable(`! ${(error as CommandError).message}`))];
      }
    });
    return EXIT.fine;
  } finally {
    finder.lose();
  }
}

async function frame(plane: Plane, options: RequestsOptions, view: View, height: number): Promise<readonly string[]> {
  const [answer, signals] = await Promise.all([ask(plane, options), plane.get<SignalsAnswer>("/debug/mw/signals")]);
  if (options.json) return [JSON.stringify(answer)];
  return rendered(() => {
    const head = [
      `${view.paint.bold(printable(plane.name))} · ${clock(Date.now())}`,
      ...signalText(signals.signals, view),
      ...staleness(answer, view),
      summary(answer),
      "",
    ];
    const lines = rows(answer.requests, view);
    const room = height - head.length;
    if (lines.length <= room) return [...head, ...lines];
    const hidden = count(lines.length - room + 1, "more request");
    return [...head, ...lines.slice(0, room - 1), view.paint.dim(`${hidden}, younger than these`)];
  });
}

function ask(plane: Plane, { route, minAge, limit }: RequestsOptions): Promise<RequestsAnswer> {
  return plane.get<RequestsAnswer>("/debug/mw/requests", { route, minAge, limit });
}

function summary({ total, matched, requests }: RequestsAnswer): string {
  if (total === 0) return "no request is in flight";
  const shown = matched === total ? "" : `, ${matched} of them match`;
  const cut = requests.length < matched ? `, the oldest ${requests.length} are shown` : "";
  return `${count(total, "request")} in flight${shown}${cut}`;
}

/** The oldest first, as they came. */
function rows(requests: readonly RequestInFlight[], view: View): string[] {
  if (requests.length === 0) return [];
  return table(
    COLUMNS,
    requests.map(({ age, remaining, phase, method, route, id, failed }): Cell[] => [
      span(age),
      left(remaining, view),
      failed ? { text: "failed", paint: view.paint.red } : phase,
      `${method} ${route}`,
      id,
    ]),
    view.width,
  );
}

function left(remaining: number | undefined, { paint }: View): Cell {
  if (remaining === undefined) return "";
  return remaining === 0 ? { text: "late", paint: paint.red } : span(remaining);
}
