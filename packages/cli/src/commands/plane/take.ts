import type { IncidentAnswer, IncidentsAnswer, TakenAnswer } from "../../plane/answers.js";
import type { PlaneOptions } from "../../plane/options.js";
import type { Plane } from "../../plane/plane.js";
import { withPlane } from "../../plane/plane-finder.js";
import { EXIT, type Terminal, working } from "../../terminal.js";
import { printable } from "../../text/printable.js";
import { count } from "../../text/units.js";
import { printAnswer } from "./answer.js";

/** What is taken. */
export interface TakeOptions extends PlaneOptions {
  readonly json?: boolean;
  readonly heapSnapshot: boolean;
  readonly core: boolean;
}

const PATIENCE = 30_000;
const PAUSE = 100;

/** Has a running service take a bundle of evidence now, and waits until it is on disk. */
export function takeEvidence(
  { json, heapSnapshot, core, ...options }: TakeOptions,
  terminal: Terminal,
): Promise<number> {
  return withPlane(options, terminal, async (plane) => {
    const taken = await plane.send<TakenAnswer>("POST", "/debug/mw/forensics", { heapSnapshot, coreDump: core });
    const incident = await working(terminal, "taking evidence", () => whenDiagnosed(plane, taken, terminal.signal));
    printAnswer(terminal, json, { ...taken, files: incident?.files, diagnosis: incident?.diagnosis }, () =>
      textOf(taken, incident),
    );
    return incident ? EXIT.fine : EXIT.found;
  });
}

/** The incident as soon as it is diagnosed; `undefined` where that takes too long: its disk may be full. */
async function whenDiagnosed(
  plane: Plane,
  { incident }: TakenAnswer,
  signal: AbortSignal,
): Promise<IncidentAnswer | undefined> {
  const end = performance.now() + PATIENCE;
  while (performance.now() < end && !signal.aborted) {
    const { incidents } = await plane.get<IncidentsAnswer>("/debug/mw/incidents", { limit: 5 });
    const row = incidents.find(({ id }) => id === incident.id);
    const isWritten = row && row.triggerCount >= incident.triggerCount && row.steps.includes("diagnosed");
    if (isWritten) return plane.get<IncidentAnswer>(`/debug/mw/incidents/${encodeURIComponent(incident.id)}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  return undefined;
}

function textOf({ incident, later, pid }: TakenAnswer, found: IncidentAnswer | undefined): string[] {
  const { id } = incident;
  if (!found) return [`${printable(id)} is not recorded after ${PATIENCE / 1_000} s: see the log of the service`];
  const { files, diagnosis } = found;
  return [
    `${printable(id)}: ${count(files.length, "file")}`,
    ...(diagnosis ? [`${diagnosis.root_cause} (${diagnosis.verdict}): ${printable(diagnosis.summary)}`] : []),
    ...later.map((file) => `${printable(file)} is taken when process ${pid} leaves: kill -TERM ${pid}`),
    `sop report ${printable(id)}`,
  ];
}
