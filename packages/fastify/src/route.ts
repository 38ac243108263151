import { markOwnFile } from "@sop/core";
import type { FastifyRequest } from "fastify";

markOwnFile();

interface RouteContext {
  readonly config?: { readonly url?: string };
}

let key: symbol | undefined;

/**
 * The template of a request's route; `undefined` where none matched. Fastify's public `routeOptions` makes an object of twelve fields
 * each time it is read; the route's own context, which that is made of, is one property away. Where that is not, the public way.
 */
export function routeOf(request: FastifyRequest): string | undefined {
  key ??= Object.getOwnPropertySymbols(request).find(({ description }) => description === "fastify.context");
  const context = key && (request as FastifyRequest & Record<symbol, RouteContext | undefined>)[key];
  return context ? context.config?.url : request.routeOptions.url;
}
