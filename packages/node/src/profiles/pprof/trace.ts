import type { Profile } from "./profile.js";

/** A request as a trace has it. */
export interface TracedRequest {
  readonly id: string;
  readonly traceId: string;
  readonly method: string;
  readonly route: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Milliseconds, of which some may lie before the trace. */
  readonly duration: number;
  /** Milliseconds of it that lie within the trace. */
  readonly within: number;
  /** `undefined`: it was in flight when the trace ended. */
  readonly status: number | undefined;
}

/** The requests of a span of time. */
export interface RequestTrace {
  /** When it began, in milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds. */
  readonly over: number;
  readonly requests: readonly TracedRequest[];
  /** How many there were beyond those. */
  readonly omitted: number;
}

/**
 * What the requests of a span of time took, by route and outcome: `requests` and `wall`. Each is a sample of its own, with its id and when it began
 * as labels, so that it can be told from the others.
 */
export function traceProfile({ at, over, requests, omitted }: RequestTrace): Profile {
  return {
    types: [
      { type: "requests", unit: "count" },
      { type: "wall", unit: "nanoseconds" },
    ],
    samples: requests.map(({ id, traceId, method, route, startedAt, duration, within, status }) => ({
      stack: [
        { name: status === undefined ? "in flight" : `status ${status}`, file: "", line: 0, column: 0 },
        { name: `${method} ${route}`, file: "", line: 0, column: 0 },
      ],
      values: [1, Math.max(0, Math.round(within * 1e6))],
      labels: {
        id,
        trace: traceId,
        method,
        route,
        status: status === undefined ? "none" : String(status),
        start: { value: Math.max(0, Math.round(startedAt - at)), unit: "milliseconds" },
        duration: { value: Math.max(0, Math.round(duration)), unit: "milliseconds" },
      },
    })),
    at,
    over,
    comments: [
      "Requests that ended within this time or were in flight at its end, with the time that they took within it.",
      ...(omitted > 0 ? [`${omitted} more requests were left out.`] : []),
    ],
  };
}
