import { type TObject, Type } from "@sinclair/typebox";
import type { EvidenceEndpoint } from "./endpoint.js";
import { closed, maybe } from "./schemas.js";

const PPROF = "application/octet-stream";
const READ = "A file for `go tool pprof`, speedscope and others: pprof's protobuf, compressed with gzip.";

function secondsOf(usual: number | undefined, about: string): TObject {
  return closed({
    seconds: maybe(
      Type.Integer({ minimum: 1, maximum: 60, description: about, ...(usual !== undefined && { default: usual }) }),
    ),
  });
}

const common = {
  kind: "evidence",
  method: "GET",
  role: "operator",
  reads: [],
  answers: { 200: { about: READ, type: PPROF } },
} as const;

const heap: EvidenceEndpoint = {
  ...common,
  id: "getHeapProfile",
  reads: ["sampling"],
  path: "/debug/pprof/heap",
  summary: "What is alive in the heap, by where it was allocated: `inuse_objects`, `inuse_space`.",
  about:
    "A sample of one allocation in 512 KiB. V8 collects all garbage first, which holds the main thread for about 0.5 ms for each MiB of heap. With " +
    "`seconds`: what was allocated from now on and is alive at their end. Where the heap is not sampled all the time, that of 10 s.",
  limit: "evidence",
  query: secondsOf(undefined, "Over how long; without it all that is alive now."),
  refuses: ["SOP_ERR_CONFLICT", "SOP_ERR_BLOCKED"],
};

const profile: EvidenceEndpoint = {
  ...common,
  id: "getCpuProfile",
  path: "/debug/pprof/profile",
  summary: "What ran on the main thread, by function and line: `samples`, `cpu`.",
  about:
    "A sample each millisecond, also while a loop blocks the main thread. To begin, V8 walks the heap, which holds the main thread for about 1.6 ms for " +
    "each MiB of it. It ends early where the caller leaves.",
  limit: "evidence",
  query: secondsOf(10, "For how long."),
  refuses: ["SOP_ERR_CONFLICT", "SOP_ERR_BLOCKED"],
};

const trace: EvidenceEndpoint = {
  ...common,
  id: "getTrace",
  path: "/debug/pprof/trace",
  summary: "What requests took within some seconds, each with its route, outcome, id and start: `requests`, `wall`.",
  about:
    "A timeline as pprof can have one: not the format of `go tool trace`. At most 10,000 requests; it holds nothing up.",
  limit: "evidence",
  query: secondsOf(10, "For how long."),
  refuses: ["SOP_ERR_CONFLICT", "SOP_ERR_BLOCKED"],
};

const goroutine: EvidenceEndpoint = {
  ...common,
  id: "getRequestsProfile",
  reads: ["requests"],
  path: "/debug/pprof/goroutine",
  summary:
    "The requests in flight, which are what Go has goroutines for: by route and phase, with id and age as labels.",
  about: "The oldest 1,000. While the main thread is blocked those that were last known.",
};

/** Profiles in the format of pprof. */
export const profiles: readonly EvidenceEndpoint[] = [heap, profile, trace, goroutine];
