import { markOwnFile, OptionError, type RouteDegradable, routeDegradable, type Sop } from "@sop/core";
import type { FastifyRequest, RouteHandlerMethod, RouteOptions } from "fastify";
import { contextOf, type RouteConfig } from "./route.js";
import { checkRoute } from "./route-config.js";

markOwnFile();

/** On the config of a route whose handler asks its flag already. */
const ASKS: unique symbol = Symbol("sop.degradable");

interface Config extends RouteConfig {
  [ASKS]?: true;
}

/** Puts a handler that asks the flag in the place of the one of a route that is being added. Throws `SOP_ERR_OPTION`. */
export function degradeRoute(sop: Sop, route: RouteOptions): void {
  const { config, method, url, handler } = route;
  if (config?.sop?.degradable === undefined) return;
  route.handler = asking(sop, checkRoute({ method, url }, config.sop), config.sop.degradable, handler);
  // Fastify makes the route's config of this one, symbols included.
  const marked: Config = { ...config, [ASKS]: true };
  route.config = marked;
}

/**
 * The same at the first request of a route that was added before the plugin was loaded, in Fastify's own context of the route: there is
 * no public way to change a handler by then. Throws `SOP_ERR_OPTION`, also where Fastify keeps that context elsewhere.
 */
export function degradeLate(sop: Sop, request: FastifyRequest, config: Config): void {
  if (config.sop?.degradable === undefined || config[ASKS]) return;
  const path = checkRoute(config, config.sop);
  const context = contextOf(request);
  if (context?.handler === undefined) {
    throw new OptionError([
      { path: `${path}.degradable`, value: "an early route", allowed: "one that is added after `await app.register`" },
    ]);
  }
  context.handler = asking(sop, path, config.sop.degradable, context.handler).bind(request.server);
  config[ASKS] = true;
}

function asking(
  sop: Sop,
  path: string,
  given: RouteDegradable<RouteHandlerMethod>,
  primary: RouteHandlerMethod,
): RouteHandlerMethod {
  const { flag, fallback } = routeDegradable(given, path);
  return sop.degradable(flag, { primary, fallback });
}
