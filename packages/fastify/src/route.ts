import { markOwnFile } from "@sop/core";
import type { FastifyContextConfig, FastifyRequest, RouteHandlerMethod } from "fastify";

markOwnFile();

/** The `config` of a route, as the application gave it, and what Fastify adds. */
export interface RouteConfig extends FastifyContextConfig {
  /** The whole template. */
  readonly url?: string;
  readonly method?: string | readonly string[];
}

/** What Fastify keeps of a route. */
interface RouteContext {
  readonly config?: RouteConfig;
  handler?: RouteHandlerMethod;
}

let key: symbol | undefined;

/** Fastify's own context of a request's route; `undefined` where it is not found. */
export function contextOf(request: FastifyRequest): RouteContext | undefined {
  key ??= Object.getOwnPropertySymbols(request).find(({ description }) => description === "fastify.context");
  return key && (request as FastifyRequest & Record<symbol, RouteContext | undefined>)[key];
}

/**
 * The config of a request's route, without `url` where none matched. Fastify's public `routeOptions` makes an object of twelve fields
 * each time it is read; the route's own context, which that is made of, is one property away. Where that is not, the public way.
 */
export function configOf(request: FastifyRequest): RouteConfig | undefined {
  const context = contextOf(request);
  return context ? context.config : request.routeOptions.config;
}
