import type { CircuitBreaker } from "../resilience/breaker/breaker.js";
import type { HeaderBag } from "./headers.js";
import type { Reply } from "./reply.js";
import type { RequestContext } from "./request-context.js";

/** What the framework knows of a request when it arrives. Node's `IncomingMessage` and the web's `Request` both are one. */
export interface RequestHead {
  readonly method?: string | undefined;
  /** The target: a path, or the whole URL. Only load shedding looks at it, where no route is known yet. */
  readonly url?: string | undefined;
  /** The connection, where the runtime has one. Only load shedding looks at it: new ones may have waited to be accepted. */
  readonly socket?: object | null | undefined;
  readonly headers: HeaderBag;
}

/** What an adapter tells the core once, about its framework. `X` is what it answers through: a response, a context. */
export interface Adapter<X> {
  /** The framework's name: `fastify`. */
  readonly name: string;
  /** The template of the matched route, `undefined` while none is. Asked only when needed. */
  route(exchange: X): string | undefined;
  /**
   * Sends `reply` now, from outside of the handler: the deadline passed, or an error had no catcher.
   * Where an answer was begun it is cut, where it is complete nothing happens. What the handler sends later is dropped.
   */
  respond(exchange: X, reply: Reply): void;
}

/** How a request ended. */
export type RequestEnd = "finished" | "aborted";

/** The four verbs: an adapter is their translation into its framework's lifecycle. */
export interface Lifecycle<X> {
  /** The first moment. Never throws; malformed headers are ignored. `clientIp` is the peer's address. */
  open(head: RequestHead, exchange: X, clientIp?: string): RequestContext;
  /** Before the handler. Returns nothing, or the reply that refuses; a second call returns nothing. */
  admit(context: RequestContext): Reply | undefined;
  /**
   * After `admit`, once for each breaker that the route has: nothing, or the reply that refuses. The request's end is told to the
   * breaker: a status of 500 or more is a failure; a client that left, and a refusal by another breaker or by a limit, are ignored.
   */
  guard(context: RequestContext, breaker: CircuitBreaker): Reply | undefined;
  /**
   * Something threw. `undefined` for a framework's own HTTP error below 500, which passes on untouched. An error of a policy (a
   * breaker that is open, a limit, a time that is over) is no panic, and gives the reply of its code. Else the panic is recorded once,
   * and the reply to send is returned, the same one at each call. `name`: the framework's own name of what failed.
   */
  fail(context: RequestContext, error: unknown, name?: string): Reply | undefined;
  /** The response ended (`finished`), or the connection was lost before (`aborted`). A second call does nothing. */
  close(context: RequestContext, status: number, end: RequestEnd): void;
  /** Calls `fn(...args)`; everything that it starts belongs to `context`. */
  run<A extends unknown[], R>(context: RequestContext, fn: (...args: A) => R, ...args: A): R;
}
