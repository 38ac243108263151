import type { Clock, Sop } from "@sop/core";
import type { RequestTrace, TracedRequest } from "../../../profiles/pprof/trace.js";

const MOST = 10_000;

/** Notes the requests that end within `ms`, and those that are in flight at the end: 10,000 of them. */
export function traceRequests(sop: Sop, clock: Clock, ms: number): Promise<RequestTrace> {
  const at = clock.now();
  const requests: TracedRequest[] = [];
  let omitted = 0;
  const note = (request: Omit<TracedRequest, "within">): void => {
    if (requests.length >= MOST) omitted++;
    else requests.push({ ...request, within: Math.min(request.duration, clock.now() - at) });
  };
  const stop = sop.observe({
    name: "trace",
    closed: ({ id, traceId, method, route, startedAt }, status, duration) =>
      note({ id, traceId, method, route, startedAt, duration, status }),
  });
  return new Promise((resolve) => {
    clock.setTimeout(() => {
      stop();
      for (const { id, traceId, method, route, startedAt, age } of sop.requests(MOST)) {
        note({ id, traceId, method, route, startedAt, duration: age, status: undefined });
      }
      resolve({ at, over: clock.now() - at, requests, omitted });
    }, ms);
  });
}
