import type { OpenEndpoint } from "./endpoint.js";

const PLAIN = "text/plain; charset=utf-8";

/** For balancers, probes and scrapers: what the plane answers to anyone. */
export const open: readonly OpenEndpoint[] = [
  {
    kind: "open",
    id: "getHealth",
    method: "GET",
    path: "/healthz",
    summary: "Whether the process lives: 503 when its main thread has been blocked for 30 s, or it is gone.",
    role: "anyone",
    answers: {
      200: { about: "`serving`, `draining`, `drained`, or `blocked` for less than 30 s.", type: PLAIN },
      503: { about: "`blocked`.", type: PLAIN },
    },
  },
  {
    kind: "open",
    id: "getReadiness",
    method: "GET",
    path: "/readyz",
    summary: "Whether the process takes requests.",
    role: "anyone",
    answers: {
      200: { about: "`serving`.", type: PLAIN },
      503: { about: "`draining`, `drained` or `blocked`.", type: PLAIN },
    },
  },
  {
    kind: "open",
    id: "getMetrics",
    method: "GET",
    path: "/metrics",
    summary: "All numbers, in Prometheus' text format, or in OpenMetrics where `Accept` asks for it.",
    role: "anyone",
    answers: { 200: { about: "The metrics.", type: "text/plain" } },
    refuses: ["SOP_ERR_NOT_FOUND", "SOP_ERR_BLOCKED"],
  },
];
