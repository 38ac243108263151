import { SopError } from "../errors.js";
import type { Clock } from "../ports/clock.js";
import type { Tracer } from "../ports/tracer.js";
import type { RequestContext } from "../request/request-context.js";
import { NEVER, type TimerWheel } from "../request/timer-wheel.js";
import type { Policy } from "../resilience/policy.js";
import { guarded } from "./guarded.js";
import type { OutgoingSettings } from "./options.js";
import type { OutgoingCall, OutgoingDesk } from "./outgoing.js";
import { type Propagation, propagate } from "./propagate.js";
import { TimeLimit } from "./time-limit.js";
import { TraceHeaders } from "./trace-headers.js";

/** The web's `fetch`, as far as it is used. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

interface FetchRooms extends Propagation {
  readonly tracer: Tracer;
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  readonly desk: OutgoingDesk;
  /** The runtime's own. */
  readonly fetch: Fetch;
  /** What guards the calls to a host. */
  readonly guardOf: ((host: string) => Policy | undefined) | undefined;
  /** The request that the running code belongs to. */
  current(): RequestContext | undefined;
}

/** `fetch` that knows the request it is made for. */
export function makeFetch(rooms: FetchRooms, { timeout }: OutgoingSettings): Fetch {
  const { clock, wheel, desk, fetch, guardOf } = rooms;
  const trace = new TraceHeaders(rooms.tracer, rooms.current);

  const begin: Fetch = (input, init) => {
    desk.isFetching = true;
    try {
      return fetch(input, init);
    } finally {
      desk.isFetching = false;
    }
  };

  /** One attempt. */
  const send = async (call: OutgoingCall, input: string | URL | Request, init: RequestInit, signal: AbortSignal) => {
    const { context } = call;
    signal.throwIfAborted();
    if (context?.remaining() === 0) throw new SopError("SOP_DEADLINE", "the deadline passed");
    if (!desk.started(call)) throw new SopError("SOP_OVERLOAD", `no retry: most calls to ${call.host} are retries`);
    const headers = new Headers(init.headers ?? (isRequest(input) ? input.headers : undefined));
    trace.add(headers);
    if (context) propagate(headers, context, rooms);
    const begun = clock.monotonic();
    let status = 0;
    try {
      const response = await begin(input, { ...init, headers, signal });
      status = response.status;
      return response;
    } catch (error) {
      // The reason itself, also where the runtime has an error of its own for it.
      throw signal.aborted ? signal.reason : error;
    } finally {
      desk.ended(call, status, clock.monotonic() - begun);
    }
  };

  return async (input, init = {}) => {
    const url = addressOf(input);
    // What has no host is for the runtime to read, as a data: URL, or to refuse.
    if (url === undefined) return fetch(input, init);
    const context = rooms.current();
    const method = init.method ?? (isRequest(input) ? input.method : "GET");
    const call: OutgoingCall = { host: url.host, key: `${method} ${url.href}`, context };
    const policy = guardOf?.(call.host);
    const hasDeadline = context?.deadline !== undefined;
    if (!hasDeadline && !init.signal) desk.withoutDeadline(call.host);
    const limit = new TimeLimit(clock, wheel, context, init.signal ? NEVER : timeout);
    const signal = init.signal ? AbortSignal.any([init.signal, limit.signal]) : limit.signal;
    try {
      const response = await (policy
        ? guarded(policy, call.host, signal, (inner) => send(call, input, init, inner))
        : send(call, input, init, signal));
      if (response.body === null) limit.lift();
      else limit.answered(response.body);
      return response;
    } catch (error) {
      limit.lift();
      throw error;
    }
  };
}

function isRequest(input: string | URL | Request): input is Request {
  return typeof input === "object" && "url" in input;
}

function addressOf(input: string | URL | Request): URL | undefined {
  try {
    const url = new URL(isRequest(input) ? input.url : input);
    return url.host === "" ? undefined : url;
  } catch {
    return undefined;
  }
}
