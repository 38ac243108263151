import { Type } from "@sinclair/typebox";
import type { CommandEndpoint, EvidenceEndpoint } from "./endpoint.js";
import { SAMPLING } from "./expiry.js";
import { closed, count, duration, knownOf, maybe, oneOf, time } from "./schemas.js";

const bytes = Type.Number({ minimum: 0, description: "Bytes." });

const Frame = Type.Object({
  function: maybe(Type.String()),
  file: Type.String(),
  line: count,
  column: count,
  package: maybe(Type.String()),
  version: maybe(Type.String()),
  requiredBy: maybe(Type.Object({ name: Type.String(), version: maybe(Type.String()) })),
});

const Site = Type.Object({
  frame: Frame,
  caller: maybe(
    Type.Object(Frame.properties, { description: "The application's own caller, where a dependency allocates." }),
  ),
  retained: maybe(
    Type.String({ description: "What keeps it, where that can be told: `listeners`, `timers`, `collection`." }),
  ),
  bytes,
  objects: Type.Integer({ minimum: 0, description: "Sampled ones." }),
});

const Structure = Type.Object({
  id: Type.Integer({ description: "The same for the same object in each answer." }),
  kind: oneOf(["map", "set", "array", "listeners", "unread"]),
  name: Type.String({ description: "Its constructor." }),
  of: Type.String({ description: "What it holds, by one of them; of listeners the event." }),
  size: count,
});

const get: EvidenceEndpoint = {
  kind: "evidence",
  id: "getAllocations",
  method: "GET",
  path: "/debug/mw/allocations",
  summary:
    "Where what is alive in the heap was allocated, the largest sites first; `sop mem-leak-detector` compares several of these.",
  about:
    "V8 collects all garbage first, which holds the main thread for about 0.5 ms for each MiB of heap; `structures` makes it walk the heap five times " +
    "more. At most 300 sites.",
  role: "operator",
  limit: "evidence",
  query: closed({
    structures: maybe(
      Type.Boolean({
        description: "Also the largest maps, sets, lists and lists of listeners, and answers that nobody reads.",
      }),
    ),
  }),
  reads: ["sampling", "memory"],
  answers: {
    200: {
      about: "The sites.",
      schema: knownOf({
        interval: Type.Integer({ description: "Bytes between two samples." }),
        since: time,
        memory: Type.Object({
          requests: Type.Integer({ minimum: 0, description: "Requests that ended since the start." }),
          heapUsed: Type.Number({ minimum: 0, description: "Bytes that are alive." }),
          external: bytes,
          arrayBuffers: bytes,
          rss: bytes,
          resources: Type.Record(Type.String(), count, { description: "Active resources of the process by kind." }),
        }),
        sites: Type.Array(Site),
        structures: maybe(Type.Array(Structure)),
      }),
    },
  },
  refuses: ["SOP_ERR_CONFLICT", "SOP_ERR_BLOCKED"],
};

const post: CommandEndpoint = {
  kind: "command",
  id: "sampleFinely",
  method: "POST",
  path: "/debug/mw/allocations",
  summary: "Samples the heap anew and more finely for a time, so that small leaks are seen soon.",
  role: "operator",
  body: closed({
    interval: maybe(
      Type.Integer({ minimum: 4_096, maximum: 1_048_576, default: 32_768, description: "Bytes between two samples." }),
    ),
    for: maybe(duration(SAMPLING.min, SAMPLING.max, "How long, then as before.", "5m")),
  }),
  examples: [{ for: "2m" }],
  answers: { 200: { about: "How it is sampled.", schema: knownOf({ interval: count, until: time }) } },
  refuses: ["SOP_ERR_CONFLICT"],
};

const remove: CommandEndpoint = {
  kind: "command",
  id: "sampleAsBefore",
  method: "DELETE",
  path: "/debug/mw/allocations",
  summary: "Samples the heap as before.",
  role: "operator",
  answers: {
    200: {
      about: "Done.",
      schema: knownOf({ ended: Type.Boolean({ description: "Whether it was sampled finely." }) }),
    },
  },
};

/** Where memory is allocated. */
export const allocations: readonly (EvidenceEndpoint | CommandEndpoint)[] = [get, post, remove];
