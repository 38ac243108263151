import { type TSchema, Type } from "@sinclair/typebox";
import { known, type ReadEndpoint, read } from "./endpoint.js";
import { closed, duration, knownOf, limitOf, maybe, milliseconds, oneOf, time, total } from "./schemas.js";

const DAY = 86_400_000;

/** A request that is not yet answered. */
export const InFlight: TSchema = Type.Object({
  id: Type.String(),
  traceId: Type.String(),
  method: Type.String(),
  route: Type.String({ description: "The template, never the raw path." }),
  startedAt: time,
  age: milliseconds,
  phase: oneOf(["opened", "admitted", "refused", "closed"]),
  remaining: maybe(Type.Number({ description: "Milliseconds until its deadline; none without a deadline." })),
  failed: Type.Boolean({ description: "Its code failed, and the answer is on the way." }),
});

const list = read({
  id: "listRequests",
  method: "GET",
  path: "/debug/mw/requests",
  summary: "Requests in flight, the oldest first.",
  about:
    "Filters look at the oldest 1,000; `total` counts all in flight. Where in its code a request waits is not known yet, so there is no " +
    "field for it.",
  role: "viewer",
  query: closed({
    limit: maybe(limitOf(100, 1_000)),
    route: maybe(Type.String({ minLength: 1, maxLength: 512, description: "Only this route's." })),
    minAge: maybe(duration(0, DAY, "Only those that are at least so old.")),
  }),
  reads: ["requests"],
  answers: {
    200: {
      about: "The requests.",
      schema: knownOf({
        total,
        matched: Type.Integer({ description: "How many of the oldest 1,000 the filters leave." }),
        requests: Type.Array(InFlight),
      }),
    },
  },
  answer(parts, { query: { limit = 100, route, minAge = 0 } }) {
    const { rows, total } = parts.requests;
    const matched = rows.filter((row) => row.age >= minAge && (route === undefined || row.route === route));
    return known(parts, { total, matched: matched.length, requests: matched.slice(0, limit) });
  },
});

/** Requests in flight. */
export const requests: readonly ReadEndpoint[] = [list];
