import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { type HeaderBag, type Lifecycle, markOwnFile, openNodeExchange, type Sop, writeNodeReply } from "@sop/core";
import { noteRoute, routeOf } from "./route.js";

/** Node's response, which knows its request. */
type Exchange = ServerResponse & { readonly req: IncomingMessage };

type Emit = (this: Server, event: string, ...args: unknown[]) => boolean;

const STARTED = "http.server.request.start";
const FASTIFY = "tracing:fastify.request.handler:start";

/** Events by which a server hands a request to the application. */
const HANDED = new Set(["request", "checkContinue", "checkExpectation"]);

markOwnFile();

/**
 * Opens every request that a server of `node:http` or `node:https` of this process hands to the application, and closes it with its
 * response. Node's diagnostics channel tells of a server before its first request is handed over; from then on the server's `emit`
 * runs in the request's async context, which ends with it, so that nothing of it is left for the next one on the connection. Returns a
 * function that stops it.
 */
export function followRequests(sop: Sop, isElsewhere: () => boolean): () => void {
  const handled = new WeakSet<object>();
  const life = sop.lifecycle<Exchange>({
    name: "node:http",
    // Before the application has had its turn no route is known; a guess would be kept.
    route: (response) => (handled.has(response) ? routeOf(response.req) : undefined),
    respond: writeNodeReply,
  });
  const opening = { ...life, open: openWithoutDeadline(life) };
  let isStopped = false;

  const hand = (server: Server, emit: Emit, args: [string, ...unknown[]]): boolean => {
    const response = args[2] as Exchange;
    const context = openNodeExchange(opening, args[1] as IncomingMessage, response);
    const refusal = life.admit(context);
    if (refusal) {
      writeNodeReply(response, refusal);
      return true;
    }
    try {
      return life.run(context, () => emit.apply(server, args));
    } finally {
      handled.add(response);
    }
  };

  const servers = new WeakSet<Server>();
  const follow = (server: Server): void => {
    servers.add(server);
    const own = Object.hasOwn(server, "emit") ? (server.emit as Emit) : undefined;
    const value: Emit = function (...args) {
      // Looked up at each call: others may put theirs in its place.
      const emit = own ?? (Object.getPrototypeOf(server) as { readonly emit: Emit }).emit;
      if (isStopped || !HANDED.has(args[0]) || isElsewhere()) return emit.apply(this, args);
      return hand(this, emit, args);
    };
    Object.defineProperty(server, "emit", { value, writable: true, configurable: true, enumerable: false });
  };
  const started = (message: unknown): void => {
    const { server } = message as { readonly server: Server };
    if (!servers.has(server)) follow(server);
  };
  const routed = (message: unknown): void => {
    const { request, route } = message as {
      readonly request: { readonly raw: object };
      readonly route: { url: string };
    };
    noteRoute(request.raw, route.url);
  };

  subscribe(STARTED, started);
  subscribe(FASTIFY, routed);
  return () => {
    isStopped = true;
    unsubscribe(STARTED, started);
    unsubscribe(FASTIFY, routed);
  };
}

const DEADLINES = ["grpc-timeout", "x-envoy-expected-rq-timeout-ms"];

/** An application that was not changed knows of no deadlines: one that a caller sent must not have its requests answered by us. */
function openWithoutDeadline<X>({ open }: Lifecycle<X>): Lifecycle<X>["open"] {
  return (head, exchange, clientIp) => {
    const headers = head.headers as Record<string, string | undefined>;
    if (DEADLINES.every((name) => headers[name] === undefined)) return open(head, exchange, clientIp);
    const kept: HeaderBag = Object.fromEntries(Object.entries(headers).filter(([name]) => !DEADLINES.includes(name)));
    return open({ method: head.method, url: head.url, socket: head.socket, headers: kept }, exchange, clientIp);
  };
}
