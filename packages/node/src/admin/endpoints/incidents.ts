import { Type } from "@sinclair/typebox";
import { known, type ReadEndpoint, read } from "./endpoint.js";
import { INCIDENT_ID } from "./files.js";
import { closed, count, knownOf, limitOf, maybe, oneOf, time, total } from "./schemas.js";

const id = Type.String({
  pattern: INCIDENT_ID,
  maxLength: 64,
  "x-allowed": "an incident's id, such as 20261124T041530Z-1f9a3c",
  description: "An incident's id.",
});

const Trigger = Type.Object({
  kind: Type.String(),
  at: time,
  name: maybe(Type.String()),
  type: maybe(Type.String()),
  message: maybe(Type.String()),
  requestId: maybe(Type.String()),
  method: maybe(Type.String()),
  route: maybe(Type.String()),
});

const Row = Type.Object({
  id: Type.String(),
  service: Type.String(),
  state: oneOf(["open", "closed"]),
  openedAt: time,
  closedAt: maybe(time),
  triggerCount: count,
  trigger: Trigger,
  steps: Type.Array(Type.String(), { description: "Steps that were taken: contained, recorded, diagnosed, ..." }),
});

const list = read({
  id: "listIncidents",
  method: "GET",
  path: "/debug/mw/incidents",
  summary: "Recorded incidents, the newest first.",
  about: "`before` pages: give the last id of an answer to get those before it.",
  role: "viewer",
  query: closed({ limit: maybe(limitOf(20, 100)), before: maybe(id) }),
  reads: ["incidents"],
  answers: {
    200: {
      about: "The incidents.",
      schema: knownOf({
        recorded: Type.Boolean({ description: "Whether incidents are recorded at all." }),
        total,
        incidents: Type.Array(Row),
      }),
    },
  },
  answer(parts) {
    const { total, rows } = parts.incidents ?? { total: 0, rows: [] };
    return known(parts, { recorded: parts.incidents !== undefined, total, incidents: rows });
  },
});

const one = read({
  id: "getIncident",
  method: "GET",
  path: "/debug/mw/incidents/:id",
  summary: "One incident: what happened, its diagnosis, its report, and the files of its bundle with their hashes.",
  role: "viewer",
  params: closed({ id }),
  reads: ["recorded"],
  answers: {
    200: {
      about: "The incident.",
      schema: knownOf({
        incident: Type.Unknown({ description: "`incident.json`, schema `sop.incident/1`." }),
        diagnosis: maybe(Type.Unknown({ description: "`diagnosis.json`, schema `sop.diagnosis/1`." })),
        report: maybe(Type.String({ description: "`report.md`." })),
        files: Type.Array(
          Type.Object({ name: Type.String(), kind: maybe(Type.String()), bytes: count, sha256: Type.String() }),
        ),
        leftOut: Type.Array(Type.Object({ file: Type.String(), why: Type.String() })),
      }),
    },
  },
  refuses: ["SOP_ERR_NOT_FOUND"],
  answer(parts, { params }) {
    if (parts.recorded) return known(parts, parts.recorded);
    const detail = `no incident ${params["id"]} is recorded here: GET /debug/mw/incidents lists those that are`;
    return { problem: { code: "SOP_ERR_NOT_FOUND", detail } };
  },
});

/** Recorded incidents. */
export const incidents: readonly ReadEndpoint[] = [list, one];
