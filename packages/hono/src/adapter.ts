import {
  markOwnFile,
  type NodeRequest,
  openNodeExchange,
  type RequestContext,
  type RouteBreaker,
  resolveSop,
  routeBreaker,
  routeDegradable,
  type Sop,
  type SopOptions,
  UNMATCHED,
  writeNodeReply,
} from "@sop/core";
import type { Context, Handler, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { EXCHANGE, type NodeExchange, type WebExchange } from "./exchange.js";
import { settle, toResponse } from "./settle.js";
import { answerOnWeb } from "./web.js";

markOwnFile();

/** Adds `c.var.sop` to the environment of a Hono application. */
export interface SopEnv {
  Variables: {
    /** This request, as SOP sees it. */
    sop: RequestContext;
  };
}

/** The middleware, and the Sop that it belongs to. */
export interface SopMiddleware extends MiddlewareHandler<SopEnv> {
  /** Flags, signals, observers, drain. */
  readonly sop: Sop;
  /**
   * Middleware that refuses requests with 503 `SOP_BREAKER_OPEN` and `Retry-After` while what comes after it fails. A text: by the
   * breaker of that name. Options, or nothing: by a breaker of the route's own, named after it (`GET /items/:id`), for each route that it
   * stands before; a request without a route passes. Throws `SOP_ERR_OPTION` for what is wrong.
   */
  breaker(given?: RouteBreaker): MiddlewareHandler<SopEnv>;
  /**
   * Middleware that goes on while the boolean flag `flag` is true (its default). While it is false `fallback` answers in the place of what
   * comes after it; without one the answer is 503 `SOP_DEGRADED`. A fallback that fails is a panic of the flag's name. Throws
   * `SOP_ERR_OPTION` for what is wrong.
   */
  degradable(flag: string, fallback?: Handler<SopEnv>): MiddlewareHandler<SopEnv>;
}

declare module "hono" {
  interface ContextVariableMap {
    /** This request, as SOP sees it. */
    sop: RequestContext;
  }
}

/**
 * SOP for Hono 4 on Node, Workers, Bun and Deno; the first middleware of the application. `options`: see `SopOptions`, or a
 * ready `Sop`. Throws `SOP_ERR_OPTION` for options that are wrong.
 *
 * ```js
 * import { serve } from "@hono/node-server";
 * import { sop } from "@sop/hono";
 * import { Hono } from "hono";
 *
 * const app = new Hono();
 * app.use(sop({ service: "gateway", deadline: { default: "10s" } }));
 *
 * app.get("/", (c) => c.json({ id: c.var.sop.id }));
 * app.get("/broken", () => {
 *   throw new Error("answered with 503, counted, logged");
 * });
 *
 * serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 3000 });
 * ```
 */
export function sop(options?: SopOptions | Sop): SopMiddleware {
  const root = resolveSop(options);
  const node = root.lifecycle<NodeExchange>({
    name: "hono",
    route: (exchange) => routeOf(exchange[EXCHANGE]),
    respond: writeNodeReply,
  });
  const web = root.lifecycle<WebExchange>({
    name: "hono",
    route: (exchange) => routeOf(exchange.context),
    respond: (exchange, reply) => exchange.answer(reply),
  });

  const middleware: MiddlewareHandler<SopEnv> = (c, next) => {
    const { incoming, outgoing } = (c.env ?? {}) as { incoming?: NodeRequest; outgoing?: NodeExchange };
    if (incoming === undefined || outgoing === undefined) return answerOnWeb(web, c, next);
    outgoing[EXCHANGE] = c;
    const context = openNodeExchange(node, incoming, outgoing);
    c.set("sop", context);
    const refusal = node.admit(context);
    if (refusal !== undefined) return Promise.resolve(toResponse(refusal));
    return node.run(context, settle, node, context, c, next);
  };
  const breaker = (given: RouteBreaker = true): MiddlewareHandler<SopEnv> => {
    const find = routeBreaker(given);
    return async (c, next) => {
      const context = c.var.sop;
      const isGuarded = typeof given === "string" || context.route !== UNMATCHED;
      const refusal = isGuarded ? node.guard(context, find(root, context)) : undefined;
      return refusal === undefined ? next() : toResponse(refusal);
    };
  };
  const degradable = (flag: string, fallback?: Handler<SopEnv>): MiddlewareHandler<SopEnv> => {
    routeDegradable({ flag, fallback });
    const primary: Handler<SopEnv> = (_c, next) => next();
    const handler = root.degradable(flag, { primary, fallback });
    return async (c, next) => handler(c, next);
  };
  return Object.assign(middleware, { sop: root, breaker, degradable });
}

/** The template of the handler's route; what is mounted or answered by a middleware has that one's. */
function routeOf(c: Context | undefined): string | undefined {
  if (c === undefined) return undefined;
  const routes = matchedRoutes(c);
  for (let i = routes.length - 1; i >= 0; i--) {
    const route = routes[i];
    if (route && (route.method !== "ALL" || route.handler.length < 2)) return route.path;
  }
  return c.finalized && c.res.status !== 404 ? routes[c.req.routeIndex]?.path : undefined;
}
