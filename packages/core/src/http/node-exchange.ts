import type { HeaderBag } from "../request/headers.js";
import type { Lifecycle } from "../request/lifecycle.js";
import type { Reply } from "../request/reply.js";
import type { RequestContext } from "../request/request-context.js";

// biome-ignore lint/suspicious/noExplicitAny: listeners and chunks are Node's business.
type AnyFunction = (...args: any[]) => any;

/** As much of Node's `http.IncomingMessage` (or HTTP/2's compatible request) as is used here. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly headers: HeaderBag;
  readonly socket?: { readonly remoteAddress?: string | undefined } | null;
  emit: AnyFunction;
}

/** As much of Node's `http.ServerResponse` as is used here. */
export interface NodeResponse {
  statusCode: number;
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
  readonly writableFinished: boolean;
  getHeaderNames(): string[];
  setHeader(name: string, value: string): unknown;
  removeHeader(name: string): unknown;
  on: AnyFunction;
  emit: AnyFunction;
  end: AnyFunction;
  destroy: AnyFunction;
}

const CONTEXT = Symbol("sop.context");
const LIFECYCLE = Symbol("sop.lifecycle");

interface Bound {
  [CONTEXT]?: RequestContext;
  [LIFECYCLE]?: Pick<Lifecycle<never>, "run" | "close">;
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
  const context = lifecycle.open(request, response, request.socket?.remoteAddress);
  bind(request, lifecycle, context);
  bind(response, lifecycle, context);
  response.on("close", closed);
  return context;
}

// A body's chunks, its end and its errors come from the HTTP parser's own async context, not from the handler's: without
// this, what a parser of uploads throws there would have no owner.
function bind(
  emitter: { emit: AnyFunction } & Bound,
  lifecycle: Pick<Lifecycle<never>, "run" | "close">,
  context: RequestContext,
): void {
  emitter[CONTEXT] = context;
  emitter[LIFECYCLE] = lifecycle;
  emitter.emit = emitInContext;
}

function emitInContext(this: { emit: AnyFunction } & Bound, ...args: unknown[]): unknown {
  const emit = (Object.getPrototypeOf(this) as { emit: AnyFunction }).emit;
  return this[LIFECYCLE]?.run(this[CONTEXT] as RequestContext, callEmit, emit, this, args);
}

function callEmit(emit: AnyFunction, target: unknown, args: unknown[]): unknown {
  return emit.apply(target, args);
}

function closed(this: NodeResponse & Bound): void {
  this[LIFECYCLE]?.close(
    this[CONTEXT] as RequestContext,
    this.statusCode,
    this.writableFinished ? "finished" : "aborted",
  );
}

// What describes the handler's own answer goes; what a browser needs to read ours stays.
const KEPT = /^(access-control-.*|vary|strict-transport-security)$/;

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
  mute(response);
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

// The handler does not know that it was answered for: were its late writes to throw, they would fail the process.
function mute(response: object): void {
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
