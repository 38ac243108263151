import type { Agent, ClientRequest, IncomingMessage } from "node:http";
import { DEADLINE_HEADER, type Sop, timeLeft } from "@sop/core";
import type { CallSite } from "./call-site.js";
import type { Subscribers } from "./channels.js";
import type { ClientCall } from "./live-call.js";
import type { LiveCalls } from "./live-calls.js";
import type { WatchSettings } from "./options.js";

interface RequestEvent {
  readonly request: ClientRequest;
}

interface ErrorEvent extends RequestEvent {
  readonly error?: unknown;
}

interface ResponseEvent extends RequestEvent {
  readonly response: IncomingMessage;
}

/** Follows the calls of `node:http` and `node:https`, whoever makes them. */
export function httpSubscribers(sop: Sop, calls: LiveCalls, { propagate }: WatchSettings): Subscribers {
  let tellsEarly = false;
  return {
    "http.client.request.created": ({ request }: RequestEvent) => {
      tellsEarly = true;
      const context = sop.current();
      const left = propagate && context && timeLeft(context);
      // Raw headers, and those of a request that expects `100-continue`, are on their way already.
      if (left && !request.headersSent && !request.hasHeader(DEADLINE_HEADER)) request.setHeader(DEADLINE_HEADER, left);
      calls.started(request, new HttpCall(request), context);
    },
    // Node 20 tells nothing before the headers are on their way.
    "http.client.request.start": ({ request }: RequestEvent) => {
      if (calls.get(request)) return;
      calls.started(request, new HttpCall(request), sop.current());
      if (tellsEarly) return;
      const { agent } = request as Partial<InAgent>;
      if (agent) calls.queues.saw(agent);
    },
    // Despite its name it is told when the head of the answer is there.
    "http.client.response.finish": ({ request, response }: ResponseEvent) => {
      const call = calls.get(request);
      if (call instanceof HttpCall) call.response = response;
      calls.answered(request, response.statusCode ?? 0);
    },
    "http.client.request.error": ({ request, error }: ErrorEvent) => calls.ended(request, error),
  };
}

/** Not in its types either: the agent that it goes by. */
interface InAgent {
  readonly agent: Agent;
}

/** What of a request is not in its types, or is there only later. */
interface Timed {
  readonly timeout?: number;
  readonly socket: { readonly timeout?: number } | null;
  readonly agent: { readonly options: { readonly timeout?: number } } | undefined;
  readonly reusedSocket: boolean;
}

class HttpCall implements ClientCall {
  readonly client = "http";
  readonly showsBounds = true;
  readonly host: string;
  readonly key: string;
  response: IncomingMessage | undefined;
  readonly #request: ClientRequest;

  constructor(request: ClientRequest) {
    this.#request = request;
    this.host = hostOf(request);
    this.key = `${request.method} ${request.protocol}//${this.host}${request.path}`;
  }

  isBounded(site: CallSite | undefined): boolean {
    const { timeout, socket, agent, reusedSocket } = this.#request as Partial<Timed>;
    // With a signal Node waits for the end of the request's stream, which `complete` stands for.
    if (this.#request.listenerCount("complete") > 0) return true;
    const chosen = timeout ?? socket?.timeout ?? 0;
    // A timeout is only told: what nobody listens to ends nothing.
    if (chosen === 0 || this.#request.listenerCount("timeout") === 0) return false;
    // Libraries listen to pass it on, and Node's own agent has a timeout for idle sockets, of which a used one keeps a part.
    const usual = agent?.options.timeout ?? 0;
    return chosen > usual || (chosen < usual && !reusedSocket) || (site?.isDirect ?? false);
  }

  isOver(): boolean {
    if (!this.response) return this.#request.destroyed;
    // Whoever has begun to read it will see to the rest; a tunnel, or a connection that was upgraded, is no body.
    const { destroyed, readableDidRead, statusCode } = this.response;
    return destroyed || readableDidRead || statusCode === 101 || this.#request.method === "CONNECT";
  }

  isUnread(): boolean {
    return true;
  }

  get timeout(): number {
    const { timeout, socket } = this.#request as Partial<Timed>;
    return timeout ?? socket?.timeout ?? 0;
  }

  /** An agent gives a request its socket in the turn in which it has one for it. */
  isQueued(): boolean {
    return this.#request.socket === null && !this.#request.destroyed;
  }
}

/** The `Host` header has the port too, but is the application's to set: it counts where it names the same host. */
function hostOf(request: ClientRequest): string {
  const named = request.getHeader("host");
  const { host } = request;
  return typeof named === "string" && named.startsWith(host) ? named : host;
}
