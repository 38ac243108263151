import { Type } from "@sinclair/typebox";
import { BREAKER_STATES } from "@sop/core";
import { type CommandEndpoint, known, type ReadEndpoint, read } from "./endpoint.js";
import { unknownName } from "./names.js";
import type { BreakerRow } from "./parts.js";
import { closed, count, knownOf, limitOf, maybe, milliseconds, nameOf, oneOf, ratio, time, total } from "./schemas.js";

const Window = Type.Object({
  type: oneOf(["count", "time"], { description: "Of the last calls, or of the calls of the last milliseconds." }),
  size: Type.Number({ description: "Calls, or milliseconds." }),
  calls: count,
  failureRate: maybe(Type.Number({ ...ratio, description: "Weighted; none below the breaker's minimum of calls." })),
  slowCallRate: maybe(ratio),
});

const Minute = Type.Object(
  {
    successful: count,
    failed: count,
    notPermitted: count,
    failureRate: maybe(
      Type.Number({ ...ratio, description: "Failed calls for each that was made; none without any." }),
    ),
    over: Type.Integer({
      description: "Milliseconds that were really counted: 60,000 to 62,000, fewer soon after the start.",
    }),
  },
  { description: "The last minute, counted beside the breaker, whatever its own window is." },
);

const Row = {
  name: Type.String(),
  state: oneOf(BREAKER_STATES),
  window: Window,
  lastMinute: maybe(Minute),
  retryAfter: maybe(milliseconds),
  calls: Type.Object(
    { successful: count, failed: count, ignored: count, not_permitted: count },
    { description: "Since the start, or the last reset." },
  ),
};

const Failure = Type.Object({
  at: time,
  traceId: maybe(Type.String()),
  type: Type.String(),
  message: Type.String(),
  stack: Type.String(),
});

const Failures = Type.Array(Failure, { description: "The last ten, the newest first; secrets are masked." });

const params = closed({ name: nameOf("a breaker's name") });

const snapshot = read({
  id: "snapshotBreakers",
  method: "POST",
  path: "/debug/mw/circuit-breaker/snapshot",
  summary: "State, failure rate of the last 60 s and last ten failures of each breaker.",
  about:
    "Breakers that are not closed come first; one answer has at most 100 breakers and 250 failures: ask by name for more. While the main " +
    "thread is blocked failures are not known, and are left out.",
  role: "viewer",
  limit: "snapshot",
  body: closed({
    format: maybe(oneOf(["json"], { default: "json" })),
    name: maybe(nameOf("a breaker's name")),
  }),
  examples: [{ format: "json" }, { format: "json", name: "redis" }],
  reads: ["breakers", "failures"],
  answers: {
    200: {
      about: "The breakers.",
      schema: knownOf({
        total,
        breakers: Type.Array(
          Type.Object({
            ...Row,
            failureRate60s: maybe(ratio),
            failures: maybe(Failures),
          }),
        ),
      }),
    },
  },
  refuses: ["SOP_ERR_NOT_FOUND"],
  answer(parts, { body }) {
    const { rows, total } = parts.breakers;
    const chosen = notClosedFirst(rows.filter(({ name }) => body.name === undefined || name === body.name));
    if (body.name !== undefined && chosen.length === 0) {
      return unknownName(
        "breaker",
        body.name,
        rows.map(({ name }) => name),
      );
    }
    const breakers = chosen.slice(0, MOST).map((row) => ({
      ...row,
      failureRate60s: row.lastMinute?.failureRate,
      failures: parts.failures && (parts.failures.get(row.name) ?? []),
    }));
    return known(parts, { total, breakers });
  },
});

const list = read({
  id: "listBreakers",
  method: "GET",
  path: "/debug/mw/circuit-breakers",
  summary: "All breakers; where there are more than the limit, those that are not closed first.",
  role: "viewer",
  query: closed({ state: maybe(oneOf(BREAKER_STATES)), limit: maybe(limitOf(100, 1_000)) }),
  reads: ["breakers"],
  answers: { 200: { about: "The breakers.", schema: knownOf({ total, breakers: Type.Array(Type.Object(Row)) }) } },
  answer(parts, { query: { state, limit = 100 } }) {
    const { rows, total } = parts.breakers;
    const chosen = rows.filter((row) => state === undefined || row.state === state);
    return known(parts, {
      total,
      breakers: (chosen.length > limit ? notClosedFirst(chosen) : chosen).slice(0, limit),
    });
  },
});

const one = read({
  id: "getBreaker",
  method: "GET",
  path: "/debug/mw/circuit-breakers/:name",
  summary: "One breaker and its last ten failures.",
  about: "While the main thread is blocked the failures are not known.",
  role: "viewer",
  params,
  reads: ["breakers", "breaker"],
  answers: {
    200: { about: "The breaker.", schema: knownOf({ breaker: Type.Object({ ...Row, failures: maybe(Failures) }) }) },
  },
  refuses: ["SOP_ERR_NOT_FOUND"],
  answer(parts, { params: { name = "" } }) {
    const found = parts.breaker ? parts.breaker.found : parts.breakers.rows.find((row) => row.name === name);
    if (found) return known(parts, { breaker: found });
    return unknownName("breaker", name, parts.breaker?.names ?? parts.breakers.rows.map((row) => row.name));
  },
});

const act: CommandEndpoint = {
  kind: "command",
  id: "actOnBreaker",
  method: "POST",
  path: "/debug/mw/circuit-breakers/:name",
  summary: "Holds a breaker open, closes it, switches it off, only lets it count, or resets it.",
  about: "It stays so until another action; only `close` and `reset` give it back to its own figures.",
  role: "operator",
  params,
  body: closed({ action: oneOf(["force_open", "close", "disable", "metrics_only", "reset"]) }),
  examples: [{ action: "force_open" }],
  answers: { 200: { about: "The breaker as it is now.", schema: knownOf({ breaker: Type.Object(Row) }) } },
  refuses: ["SOP_ERR_NOT_FOUND"],
};

/** Breakers. */
export const breakers: readonly (ReadEndpoint | CommandEndpoint)[] = [snapshot, list, one, act];

const MOST = 100;

function notClosedFirst(rows: readonly BreakerRow[]): BreakerRow[] {
  return [...rows.filter(({ state }) => state !== "closed"), ...rows.filter(({ state }) => state === "closed")];
}
