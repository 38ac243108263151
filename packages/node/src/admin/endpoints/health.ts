import { type Answer, type ReadEndpoint, read } from "./endpoint.js";

const PLAIN = "text/plain; charset=utf-8";

const healthz = read({
  id: "getHealth",
  method: "GET",
  path: "/healthz",
  summary: "200 while the process answers.",
  about: "503 with `blocked` where the main thread does not: there a listener of its own would not answer at all.",
  role: "anyone",
  reads: ["service"],
  answers: {
    200: { about: "`serving`, `draining` or `drained`.", type: PLAIN },
    503: { about: "`blocked`.", type: PLAIN },
  },
  answer: ({ isLive, service }) => (isLive ? text(200, service.state) : text(503, "blocked")),
});

const readyz = read({
  id: "getReadiness",
  method: "GET",
  path: "/readyz",
  summary: "200 while the process takes requests.",
  role: "anyone",
  reads: ["service"],
  answers: {
    200: { about: "`serving`.", type: PLAIN },
    503: { about: "`draining`, `drained`, or `blocked`.", type: PLAIN },
  },
  answer: ({ isLive, service }) =>
    isLive ? text(service.state === "serving" ? 200 : 503, service.state) : text(503, "blocked"),
});

/** Health, for balancers and probes. */
export const health: readonly ReadEndpoint[] = [healthz, readyz];

function text(status: number, word: string): Answer {
  return { status, type: PLAIN, text: `${word}\n` };
}
