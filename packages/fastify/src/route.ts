import { markOwnFile } from "@sop/core";
import type { FastifyContextConfig, FastifyRequest } from "fastify";

markOwnFile();

/** The `config` of a route, as the application gave it, and what Fastify adds. */
export interface RouteConfig extends FastifyContextConfig {
  /** The whole template. */
  readonly url?: string;
  readonly method?: string | readonly string[];
}

interface RouteContext {
  readonly config?: RouteConfig;
}

let key: symbol | undefined;

/**
 * The config of a request's route, without `url` where none matched. Fastify's public `routeOptions` makes an object of twelve fields
 * each time it is read; the route's own context, which that is made of, is one property away. Where that is not, the public way.
 */
export function configOf(request: FastifyRequest): RouteConfig | undefined {
  key ??= Object.getOwnPropertySymbols(request).find(({ description }) => description === "fastify.context");
  const context = key && (request as FastifyRequest & Record<symbol, RouteContext | undefined>)[key];
  return context ? context.config : request.routeOptions.config;
}
