import { Type } from "@sinclair/typebox";
import { type CommandEndpoint, known, type ReadEndpoint, read } from "./endpoint.js";
import { INCIDENT_ID } from "./files.js";
import { BundleFile, LeftOut, Row } from "./incident-schemas.js";
import { closed, count, knownOf, limitOf, maybe, time, total } from "./schemas.js";

const id = Type.String({
  pattern: INCIDENT_ID,
  maxLength: 64,
  "x-allowed": "an incident's id, such as 20261124T041530Z-1f9a3c",
  description: "An incident's id.",
});

const list = read({
  id: "listIncidents",
  method: "GET",
  path: "/debug/mw/incidents",
  summary: "Recorded incidents, the newest first.",
  about:
    "`before` pages: give the last id of an answer to get those before it. `total` counts directories; one whose `incident.json` cannot " +
    "be read is left out of the list.",
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
        files: Type.Array(BundleFile),
        leftOut: Type.Array(LeftOut),
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

const GZIP = "application/gzip";

const bundle = read({
  id: "getIncidentBundle",
  method: "GET",
  path: "/debug/mw/incidents/:id/bundle",
  summary: "All of one incident as one file, which sop diagnose, sop forensics and tar read.",
  about: "What is larger than 128 MiB is left out: a snapshot of the heap or a core dump is fetched from the disk.",
  role: "viewer",
  limit: "evidence",
  params: closed({ id }),
  reads: ["packed"],
  answers: { 200: { about: "A .tar.gz.", type: GZIP } },
  refuses: ["SOP_ERR_NOT_FOUND"],
  answer({ packed }, { params }) {
    const name = String(params["id"]);
    if (packed) return { status: 200, type: GZIP, bytes: packed, file: `${name}.tar.gz` };
    return { problem: { code: "SOP_ERR_NOT_FOUND", detail: `no incident ${name} is recorded here` } };
  },
});

const later = maybe(
  Type.Boolean({
    description:
      "Also this, when the process leaves; it holds all that the service has in memory, and stops it while it is taken.",
  }),
);

const take: CommandEndpoint = {
  kind: "command",
  id: "takeEvidence",
  method: "POST",
  path: "/debug/mw/forensics",
  summary: "Takes a bundle of evidence now: of the incident that is open, else of one that is opened for it.",
  about:
    "The answer does not wait for the disk: `GET /debug/mw/incidents/{id}` tells when the steps `recorded` and `diagnosed` are taken. A heap " +
    "snapshot and a core dump are only taken of a process that leaves: drain it, or replace it.",
  role: "operator",
  limit: "evidence",
  body: closed({ heapSnapshot: later, coreDump: later }),
  examples: [{}, { heapSnapshot: true }],
  answers: {
    200: {
      about: "The incident that the bundle is of.",
      schema: knownOf({
        incident: Type.Object({ id: Type.String(), openedAt: time, triggerCount: count }),
        later: Type.Array(Type.String(), {
          description: "Files of the bundle that are taken when the process leaves.",
        }),
        pid: Type.Integer({ description: "The process that is to leave for them." }),
      }),
    },
  },
  refuses: ["SOP_ERR_CONFLICT"],
};

/** Recorded incidents. */
export const incidents: readonly (ReadEndpoint | CommandEndpoint)[] = [list, one, bundle, take];
