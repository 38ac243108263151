import type { Context } from "../request/context.js";
import type { HeaderBag } from "../request/headers.js";
import type { Lifecycle } from "../request/lifecycle.js";
import type { Reply } from "../request/reply.js";
import type { RequestContext } from "../request/request-context.js";

// biome-ignore lint/suspicious/noExplicitAny: listeners and chunks are Node's business.
type AnyFunction = (...args: any[]) => any;

interface Emitter {
  listenerCount(event: string): number;
  emit: AnyFunction;
}

/** As much of Node's `http.IncomingMessage` (or HTTP/2's compatible request) as is used here. */
export interface NodeRequest extends Emitter {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: HeaderBag;
  readonly socket?: { readonly remoteAddress?: string | undefined } | null;
}

/** As much of Node's `http.ServerResponse` as is used here. */
export interface NodeResponse extends Emitter {
  statusCode: number;
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
  readonly writableFinished: boolean;
  getHeaderNames(): string[];
  setHeader(name: string, value: string): unknown;
  removeHeader(name: string): unknown;
  end: AnyFunction;
  destroy: AnyFunction;
}

const CONTEXT = Symbol("sop.context");
const OWN = Symbol();

interface Bound {
  [CONTEXT]?: Context;
  [OWN]?: number;
}

/**
 * `open` for a request of Node's http server, with all that Node needs beside it: `close` when the response is through or
 * the connection lost, and events of the request's own streams in its async context. A second call for the same response
 * returns the same context.
 */
export function openNodeExchange<X>(
  lifecycle: Lifecycle<X>,
  request: NodeRequest,
  response: NodeResponse & X,
): RequestContext {
  const bound: NodeResponse & Bound = response;
  if (bound[CONTEXT]) return bound[CONTEXT];
  const context = lifecycle.open(request, response, request.socket?.remoteAddress) as Context;
  bind(request, context);
  bind(response, context);
  return context;
}

// A body's chunks, its end and its errors come from the HTTP parser's own async context, not from the handler's: without
// this, what a parser of uploads throws there would have no owner.
function bind(emitter: Emitter & Bound, context: Context): void {
  emitter[CONTEXT] = context;
  // Node's server itself listens to the end of a request, and to the finish of a response.
  emitter[OWN] = emitter.listenerCount("end") + emitter.listenerCount("finish");
  emitter.emit = emitInContext;
}

// The list of arguments is only handed on, so that none is made where nothing of the application listens.
function emitInContext(this: Emitter & Bound, ...args: [string, ...unknown[]]): unknown {
  const event = args[0];
  const context = this[CONTEXT] as Context;
  if (event === "close" && this === context.exchange) {
    const { statusCode, writableFinished } = context.exchange as NodeResponse;
    context.owner.close(context, statusCode, writableFinished ? "finished" : "aborted");
  }
  // What only Node listens to, or nobody, runs no code of the application; but an error without a listener is thrown.
  const own = event === "end" || event === "finish" ? this[OWN] : 0;
  const isHeard = event === "error" || this.listenerCount(event) !== own;
  return (isHeard ? emitOwned : (Object.getPrototypeOf(this) as Emitter).emit).apply(this, args);
}

function emitOwned(this: Emitter & Bound, ...args: unknown[]): unknown {
  const context = this[CONTEXT] as Context;
  return context.owner.run(context, emit, this, args);
}

function emit(target: Emitter, args: unknown[]): unknown {
  return (Object.getPrototypeOf(target) as Emitter).emit.apply(target, args);
}

// What describes the handler's own answer goes; what a browser needs to read ours stays, and that a fault was injected.
const KEPT = /^(access-control-.*|vary|strict-transport-security|x-sop-fault)$/;

/**
 * Writes `reply` to a response of Node's http server. One that was begun is destroyed, so that the client can see that it
 * is cut; one that is complete is left alone. What the application writes to it afterwards is dropped in silence.
 */
export function writeNodeReply(response: NodeResponse, reply: Reply): void {
  if (response.writableEnded) return;
  if (response.headersSent) response.destroy();
  else {
    for (const name of response.getHeaderNames()) if (!KEPT.test(name)) response.removeHeader(name);
    response.statusCode = reply.status;
    for (const [name, value] of Object.entries(reply.headers)) response.setHeader(name, value);
    response.end(reply.body);
  }
  muteNodeResponse(response);
}

const DROPPED = {
  setHeader: returnThis,
  setHeaders: returnThis,
  appendHeader: returnThis,
  removeHeader: returnThis,
  writeHead: returnThis,
  flushHeaders: returnThis,
  write: (...args: unknown[]) => called(args, true),
  end: function (this: unknown, ...args: unknown[]): unknown {
    return called(args, this);
  },
};

/**
 * Drops in silence what is written to a response from now on. A handler does not know that it was answered for: were its late
 * writes to throw, they would fail the process.
 */
export function muteNodeResponse(response: object): void {
  Object.assign(response, DROPPED);
}

function returnThis(this: unknown): unknown {
  return this;
}

function called<T>(args: unknown[], result: T): T {
  const callback = args.at(-1);
  if (typeof callback === "function") queueMicrotask(callback as () => void);
  return result;
}
