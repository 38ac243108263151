import type { RequestInFlight } from "@sop/core";
import type { Profile } from "./profile.js";

/** Requests in flight as what Go calls `goroutine`: a stack of route and phase each, with id and age as labels. */
export function requestsProfile(
  requests: readonly RequestInFlight[],
  { at, total, comments = [] }: { at: number; total: number; comments?: readonly string[] },
): Profile {
  const hidden = total - requests.length;
  return {
    types: [{ type: "requests", unit: "count" }],
    samples: requests.map(({ id, method, route, phase, age, failed }) => ({
      stack: [
        { name: failed ? `${phase} (failed)` : phase, file: "", line: 0, column: 0 },
        { name: `${method} ${route}`, file: "", line: 0, column: 0 },
      ],
      values: [1],
      labels: { id, method, route, phase, age: { value: Math.max(0, Math.round(age)), unit: "milliseconds" } },
    })),
    period: { type: "requests", unit: "count", every: 1 },
    at,
    comments: [...comments, ...(hidden > 0 ? [`The oldest ${requests.length} of ${total} requests in flight.`] : [])],
  };
}
