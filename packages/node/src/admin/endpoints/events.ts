import { Type } from "@sinclair/typebox";
import type { StreamEndpoint } from "./endpoint.js";
import { EVENT_TYPES } from "./event-types.js";
import { closed, maybe, oneOf } from "./schemas.js";

const stream: StreamEndpoint = {
  kind: "stream",
  id: "streamEvents",
  method: "GET",
  path: "/debug/mw/events",
  summary: "What happens, as server-sent events: first the last notable ones, then each as it comes.",
  about:
    "Each `data` is JSON `{ id, at, type, data }`; the event's `event` is its type. `Last-Event-ID` leaves out what was heard already. " +
    "Refused and late requests are told as numbers, once a second; of others at most 20 of a type in a second, then an `omitted` " +
    "counts the rest. Messages are masked, and flags that have secret names.",
  role: "viewer",
  query: closed({
    types: maybe(Type.Array(oneOf(EVENT_TYPES), { minItems: 1, maxItems: 20, description: "Only these; by commas." })),
  }),
  answers: { 200: { about: "The events.", type: "text/event-stream" } },
};

/** The event feed. */
export const events: readonly StreamEndpoint[] = [stream];
