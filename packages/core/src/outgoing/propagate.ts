import type { Ids } from "../ports/ids.js";
import { Context } from "../request/context.js";
import { header } from "../request/headers.js";
import type { RequestContext } from "../request/request-context.js";
import { traceparentOf } from "../trace/traceparent.js";

/** Says how many milliseconds the caller still waits; Envoy's name for it. */
export const DEADLINE_HEADER = "x-envoy-expected-rq-timeout-ms";
const GRPC_DEADLINE = "grpc-timeout";
/** The most that a `grpc-timeout` can say: 8 digits. */
const GRPC_MOST = 99_999_999;
const SAMPLED = "01";

/** What is handed on, and from where. */
export interface Propagation {
  readonly ids: Ids;
  /** Whether the deadline is passed on as `grpc-timeout` too. */
  readonly grpcTimeout: boolean;
}

/** Adds what the called service is to know of the request: its id, its trace, and the time left. What the caller set is kept. */
export function propagate(headers: Headers, context: RequestContext, { ids, grpcTimeout }: Propagation): void {
  const add = (name: string, value: string): void => {
    if (!headers.has(name)) headers.set(name, value);
  };
  add("x-request-id", context.id);
  // That of the active span is there already.
  add("traceparent", parentOf(context, ids));
  const left = timeLeft(context);
  if (left === undefined) return;
  add(DEADLINE_HEADER, String(left));
  if (grpcTimeout) add(GRPC_DEADLINE, `${Math.min(left, GRPC_MOST)}m`);
}

/** Whole milliseconds until the deadline, at least 1: a header cannot say that there are none. `undefined` without a deadline. */
export function timeLeft(context: RequestContext): number | undefined {
  return context.deadline === undefined ? undefined : Math.max(1, Math.floor(context.remaining()));
}

function parentOf(context: RequestContext, ids: Ids): string {
  const span = context instanceof Context ? context.span : undefined;
  return span ? traceparentOf(span) : `00-${context.traceId}-${ids.spanId()}-${flagsOf(context)}`;
}

/** The caller's trace flags; without a caller's trace, that this one is recorded: its id is on our log lines. */
function flagsOf(context: RequestContext): string {
  const parent = context instanceof Context ? header(context.headers, "traceparent") : undefined;
  return parent?.includes(context.traceId) ? parent.slice(53, 55) : SAMPLED;
}
