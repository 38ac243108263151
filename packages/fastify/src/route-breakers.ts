import { type CircuitBreaker, markOwnFile, routeBreaker, type Sop } from "@sop/core";
import type { RouteConfig } from "./route.js";
import { checkRoute, type SopRouteConfig } from "./route-config.js";

markOwnFile();

/** The breakers of routes, each looked up once. */
export class RouteBreakers {
  readonly #sop: Sop;
  readonly #found = new WeakMap<RouteConfig, CircuitBreaker>();

  constructor(sop: Sop) {
    this.#sop = sop;
  }

  /** The breaker that a route asks for in `options`. Throws `SOP_ERR_OPTION` that names the route and every problem. */
  of(route: RouteConfig, options: SopRouteConfig): CircuitBreaker | undefined {
    return this.#found.get(route) ?? this.#find(route, options);
  }

  #find(route: RouteConfig, options: SopRouteConfig): CircuitBreaker | undefined {
    const { method, url = "" } = route;
    const path = checkRoute(route, options);
    const { breaker: given = false } = options;
    if (given === false) return undefined;
    const breaker = routeBreaker(given, path)(this.#sop, { method: String(method), route: url });
    this.#found.set(route, breaker);
    return breaker;
  }
}
