import type { IncidentStep } from "@sop/core";
import type { IncidentAnswer, IncidentsAnswer } from "../../plane/answers.js";
import type { PlaneOptions } from "../../plane/options.js";
import { withPlane } from "../../plane/plane-finder.js";
import { EXIT, type Terminal } from "../../terminal.js";
import { printable } from "../../text/printable.js";
import { section, TITLE_WIDTH } from "../../text/sections.js";
import { type Cell, table } from "../../text/table.js";
import { count, moment, span } from "../../text/units.js";
import { diagnosisText } from "../diagnose.js";
import { printAnswer, staleness, type View } from "./answer.js";

/** Which incidents are shown. */
export interface IncidentsOptions extends PlaneOptions {
  readonly json?: boolean;
  readonly limit: string;
}

type Listed = IncidentsAnswer["incidents"][number];

/** Lists the incidents that a running service has recorded, the newest first. */
export function showIncidents(options: IncidentsOptions, terminal: Terminal): Promise<number> {
  return withPlane(options, terminal, async (plane) => {
    const answer = await plane.get<IncidentsAnswer>("/debug/mw/incidents", { limit: options.limit });
    printAnswer(terminal, options.json, answer, list);
    return EXIT.fine;
  });
}

/** Shows one incident: how it went, what it was, and what to do next. */
export function showIncident(id: string, options: IncidentsOptions, terminal: Terminal): Promise<number> {
  return withPlane(options, terminal, async (plane) => {
    const answer = await plane.get<IncidentAnswer>(`/debug/mw/incidents/${encodeURIComponent(id)}`);
    printAnswer(terminal, options.json, answer, one);
    return EXIT.fine;
  });
}

function list(answer: IncidentsAnswer, view: View): string[] {
  const { recorded, total, incidents } = answer;
  const stale = staleness(answer, view);
  if (!recorded) return [...stale, "this service records no incidents: its option forensics is false"];
  if (total === 0) return [...stale, "no incidents"];
  const cells = incidents.map((incident): Cell[] => [
    incident.id,
    stateCell(incident, view),
    moment(incident.openedAt),
    triggerText(incident),
    incident.steps.join(", "),
  ]);
  const columns = [{ head: "id" }, { head: "state" }, { head: "opened" }, { head: "by", least: 16 }, { head: "steps" }];
  const more = incidents.length < total ? [`${count(total - incidents.length, "older one")} not shown: --limit`] : [];
  return [...stale, ...table(columns, cells, view.width), ...more];
}

function stateCell({ state }: Pick<Listed, "state">, { paint }: View): Cell {
  return state === "open" ? { text: state, paint: paint.red } : state;
}

function triggerText({ trigger, triggerCount }: Pick<Listed, "trigger" | "triggerCount">): string {
  const { kind, method, route } = trigger;
  const what = [kind, method, route].filter((part) => part !== undefined).join(" ");
  return triggerCount > 1 ? `${what}, ${triggerCount} times` : what;
}

function one(answer: IncidentAnswer, view: View): string[] {
  const { incident, diagnosis, files, leftOut } = answer;
  const { id, service, state, openedAt, closedAt, timeline, trigger } = incident;
  const { paint, width } = view;
  const lasted = closedAt === undefined ? "" : `, closed after ${span(closedAt - openedAt)}`;
  const shown = (state === "open" ? paint.red : paint.green)(state);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return [
    `${paint.bold(printable(id))} · ${printable(service)} · ${shown}${lasted}`,
    ...staleness(answer, view),
    "",
    ...section("opened", [`${moment(openedAt)} by ${printable(triggerText(incident))}`]),
    ...section("error", trigger.message === undefined ? [] : [printable(`${trigger.type}: ${trigger.message}`)]),
    ...section("timeline", steps(timeline, view, width - TITLE_WIDTH)),
    ...section("evidence", [
      `${count(files.length, "file")}, ${(bytes / 1_024).toFixed(1)} KiB`,
      ...leftOut.map(({ file, why }) => paint.dim(printable(`without ${file}: ${why}`))),
    ]),
    ...(diagnosis ? ["", ...diagnosisText(diagnosis).split("\n").map(printable)] : []),
    "",
    ...section("next", [`sop report ${printable(id)}`, `sop repro ${printable(id)} --run`]),
  ];
}

function steps(timeline: readonly IncidentStep[], { paint }: View, width: number): string[] {
  if (timeline.length === 0) return ["no step was taken yet"];
  return table(
    [{ align: "right" }, {}, { least: 24 }],
    timeline.map(({ step, after, outcome, detail }): Cell[] => [
      span(after),
      { text: step, paint: outcome === "ok" ? paint.green : paint.red },
      detail,
    ]),
    width,
  );
}
