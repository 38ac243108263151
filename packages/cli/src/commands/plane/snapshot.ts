import type { RequestInFlight, Signals } from "@sop/core";
import type { Override, Snapshot } from "../../plane/answers.js";
import type { PlaneOptions } from "../../plane/options.js";
import { withPlane } from "../../plane/plane-finder.js";
import { EXIT, type Terminal } from "../../terminal.js";
import { printable } from "../../text/printable.js";
import { section, TITLE_WIDTH } from "../../text/sections.js";
import { type Cell, type Column, table } from "../../text/table.js";
import { clock, count, percent, rate, span } from "../../text/units.js";
import { printAnswer, staleness, type View } from "./answer.js";
import { breakerState } from "./breaker-state.js";

/** Shows a running service at a glance. */
export function showSnapshot(options: PlaneOptions, json: boolean | undefined, terminal: Terminal): Promise<number> {
  return withPlane(options, terminal, async (plane) => {
    const answer = await plane.get<Snapshot>("/debug/mw/snapshot");
    printAnswer(terminal, json, answer, (snapshot, view) => render(snapshot, view, plane.url));
    return EXIT.fine;
  });
}

const OLDEST = 5;
const GAP = "   ";

function render(snapshot: Snapshot, view: View, url: string): string[] {
  const { signals, breakers, requests, flags, rules, faults, sources } = snapshot;
  const at = Date.parse(snapshot.asOf);
  const rows = (columns: readonly Column[], cells: readonly (readonly Cell[])[]): string[] =>
    table(columns, cells, view.width - TITLE_WIDTH);
  return [
    head(snapshot, view, url),
    ...staleness(snapshot, view),
    "",
    ...section("incident", incident(snapshot, view, at)),
    ...section("signals", signalLines(signals, view)),
    ...section("load", load(snapshot)),
    ...section("breakers", [
      of(breakers.notClosed, breakers.total, "breaker", "not closed", "all closed"),
      ...rows(
        [{ least: 12 }, {}, {}, {}],
        breakers.rows.map(({ name, state, failureRate60s, retryAfter }) => [
          name,
          breakerState(state, view.paint),
          failureRate60s === undefined
            ? "no calls in the last minute"
            : `${percent(failureRate60s)} failed in the last minute`,
          retryAfter === undefined ? "" : `tries again in ${span(retryAfter)}`,
        ]),
      ),
    ]),
    ...section("in flight", [
      count(requests.total, "request"),
      ...rows(
        [{ align: "right" }, {}, { least: 12 }, { least: 8 }],
        requests.oldest.slice(0, OLDEST).map(requestCells),
      ),
    ]),
    ...section("flags", [
      of(flags.overridden.length, flags.total, "flag", "overridden by an operator", "none overridden"),
      ...rows(
        [{ least: 12 }, { least: 12 }, { least: 12 }],
        flags.overridden.map(({ flag, value, override }) => [
          flag,
          JSON.stringify(value) ?? "",
          overrideText(override, at),
        ]),
      ),
    ]),
    ...section("rules", [
      of(rules.acting.length, rules.total, "rule", "not idle", "all idle"),
      ...rows(
        [{ least: 12 }, {}, {}],
        rules.acting.map(({ name, state, dryRun, back, actions }) => [
          name,
          { text: dryRun ? `${state} (dry run)` : state, paint: view.paint.yellow },
          `${back} % given back, acted ${count(actions, "time")} in the last hour`,
        ]),
      ),
    ]),
    ...section("faults", faultLines(faults, view, at)),
    ...section("sources", sourceLines(sources, view, rows)),
  ];
}

function head({ service }: Snapshot, { paint }: View, url: string): string {
  const { name, state, uptime, pid, node, commit, image } = service;
  const shown = (state === "serving" ? paint.green : paint.yellow)(state);
  const version = [commit && `commit ${commit.slice(0, 12)}`, image && `image ${image}`].filter(Boolean);
  const rest = [`up ${span(uptime)}`, `pid ${pid}`, `node ${node}`, ...version, url].map((part) =>
    printable(String(part)),
  );
  return [paint.bold(printable(name)), shown, ...rest].join(" · ");
}

function incident({ incident: open }: Snapshot, { paint }: View, at: number): string[] {
  if (!open) return ["none is open"];
  const { id, openedAt, trigger, triggerCount, steps } = open;
  const more = triggerCount > 1 ? `, ${triggerCount} times` : "";
  const taken = steps.length === 0 ? "" : ` · ${steps.join(", ")}`;
  return [
    `${paint.red(printable(id))} open for ${span(at - openedAt)} · ${printable(trigger)}${more}${printable(taken)}`,
    paint.dim(`sop incidents ${printable(id)}`),
  ];
}

/** The golden signals, on as many lines as they need. */
export function signalText(
  { rate: perSecond, p50, p95, p99, errorRatio, panicRatio }: Signals,
  { paint, width }: View,
): string[] {
  const quantiles = [
    ["p50", p50],
    ["p95", p95],
    ["p99", p99],
  ] as const;
  const plain = (text: string): string => text;
  const parts: readonly (readonly [text: string, paint: (text: string) => string])[] = [
    [rate(perSecond), plain],
    ...quantiles.flatMap(([name, ms]) => (ms === undefined ? [] : [[`${name} ${span(ms)}`, plain] as const])),
    [`errors ${percent(errorRatio)}`, errorRatio >= 0.05 ? paint.red : plain],
    [`panics ${percent(panicRatio)}`, panicRatio > 0 ? paint.red : plain],
  ];
  const lines: string[] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const [text, colour] of parts) {
    const isNew = used + GAP.length + text.length > width;
    if (isNew) lines.push(colour(text));
    else lines.push(`${lines.pop()}${GAP}${colour(text)}`);
    used = isNew ? text.length : used + GAP.length + text.length;
  }
  return lines;
}

function signalLines(signals: Signals, view: View): string[] {
  const { requests, window, canceled } = signals;
  if (requests === 0) return [`no request ended in the last ${span(window)}`];
  const { canceled: left, deadline_exceeded: late } = canceled;
  const cut = [
    late > 0 && `${count(late, "deadline")} passed`,
    left > 0 && `${count(left, "client")} went away`,
  ].filter(Boolean);
  return [
    ...signalText(signals, { ...view, width: view.width - TITLE_WIDTH }),
    view.paint.dim([`of ${count(requests, "request")} in the last ${span(window)}`, ...cut].join(", ")),
  ];
}

/** What refuses requests, where anything may. */
function load({ overload, fleet }: Snapshot): string[] {
  const { concurrency, eventLoop } = overload ?? {};
  const shared =
    fleet &&
    (fleet.kind === "together"
      ? `breakers are shared by ${count(fleet.instances ?? 0, "instance")}`
      : `breakers are alone: ${printable(fleet.problem ?? "the fleet's store is lost")}`);
  const parts = [
    concurrency && `${concurrency.inFlight} of ${Math.round(concurrency.limit)} allowed in flight`,
    eventLoop && `the event loop rests ${percent(eventLoop.rest)} of the time`,
    shared,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? [] : [parts.join(" · ")];
}

function requestCells({ age, phase, method, route, id, failed }: RequestInFlight): string[] {
  return [span(age), failed ? "failed" : phase, `${method} ${route}`, id];
}

function overrideText({ by, expiresAt }: Override, at: number): string {
  return `by ${by}, for another ${span(Math.max(0, expiresAt - at))}`;
}

function faultLines({ injectors, override }: Snapshot["faults"], { paint }: View, at: number): string[] {
  if (injectors === 0) return ["none are injected"];
  return [
    `${paint.yellow(`${count(injectors, "fault")} injected`)}${override ? ` ${printable(overrideText(override, at))}` : ""}`,
  ];
}

function sourceLines(
  sources: Snapshot["sources"],
  { paint }: View,
  rows: (columns: readonly Column[], cells: readonly (readonly Cell[])[]) => string[],
): string[] {
  if (sources.length === 0) return ["none beside the code"];
  const colours = { READY: paint.green, STALE: paint.yellow, ERROR: paint.red };
  return rows(
    [{ least: 12 }, {}, { least: 20 }],
    sources.map(({ source, state, problem, since }) => [
      source,
      { text: state, paint: colours[state] ?? paint.red },
      problem === undefined ? "" : `since ${clock(since)}: ${problem}`,
    ]),
  );
}

/** `7 breakers, all closed` or `2 of 7 breakers are not closed`. */
function of(some: number, all: number, one: string, are: string, none: string): string {
  if (all === 0) return `no ${one}s`;
  if (some === 0) return `${count(all, one)}, ${none}`;
  return `${some} of ${count(all, one)} ${some === 1 ? "is" : "are"} ${are}`;
}
