import { Type } from "@sinclair/typebox";
import type { CommandEndpoint } from "./endpoint.js";
import { closed, count, knownOf, maybe } from "./schemas.js";

const post: CommandEndpoint = {
  kind: "command",
  id: "writeHeapSnapshot",
  method: "POST",
  path: "/debug/mw/heap-snapshot",
  summary: "Writes a heap snapshot to a file of the service's machine, for its owner alone.",
  about:
    "Only where `admin.inspector` is true: every text that is in memory is in it, secrets too. It holds the main thread for about 0.1 s for each MiB of " +
    "heap, and is refused where the heap is larger than `maxHeap`. The last three are kept.",
  role: "operator",
  limit: "evidence",
  body: closed({
    maxHeap: maybe(
      Type.Integer({
        minimum: 1_048_576,
        maximum: 4_294_967_296,
        default: 268_435_456,
        description: "Bytes of the largest heap of which one is written.",
      }),
    ),
  }),
  examples: [{ maxHeap: 134_217_728 }],
  answers: { 200: { about: "The file.", schema: knownOf({ path: Type.String(), bytes: count }) } },
  refuses: ["SOP_ERR_CONFLICT"],
};

/** Heap snapshots. */
export const heapSnapshot: readonly CommandEndpoint[] = [post];
