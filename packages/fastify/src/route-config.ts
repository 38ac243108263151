import { markOwnFile, OptionCheck, type RouteBreaker, type RouteDegradable } from "@sop/core";
import type { RouteHandlerMethod } from "fastify";
import type { RouteConfig } from "./route.js";

markOwnFile();

/** What a route tells SOP, as `config: { sop: { ... } }`. */
export interface SopRouteConfig {
  /**
   * Refuses requests with 503 `SOP_BREAKER_OPEN` and `Retry-After` while the route fails. `true` or options: by a breaker of the route's
   * own, named after it (`GET /items/:id`). A text: by the breaker of that name. Default `false`: it has none.
   */
  readonly breaker?: RouteBreaker | false;
  /**
   * The name of a boolean flag, or `{ flag, fallback }`. While the flag is false (its default is true) `fallback` answers in the place of
   * the route's handler, after all hooks; without one the answer is 503 `SOP_DEGRADED`. A fallback that fails is a panic of the flag's
   * name. Default: the handler always answers.
   */
  readonly degradable?: RouteDegradable<RouteHandlerMethod>;
}

/** Throws `SOP_ERR_OPTION` for options that there are not; gives the path under which problems of a route are told. */
export function checkRoute({ method, url = "" }: RouteConfig, options: SopRouteConfig): string {
  const path = `${method} ${url}: config.sop`;
  new OptionCheck(options, path, ["breaker", "degradable"]).done();
  return path;
}
