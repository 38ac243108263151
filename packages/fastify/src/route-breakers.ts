import { type CircuitBreaker, markOwnFile, OptionCheck, type RouteBreaker, routeBreaker, type Sop } from "@sop/core";
import type { RouteConfig } from "./route.js";

markOwnFile();

/** What a route tells SOP, as `config: { sop: { ... } }`. */
export interface SopRouteConfig {
  /**
   * Refuses requests with 503 `SOP_BREAKER_OPEN` and `Retry-After` while the route fails. `true` or options: by a breaker of the route's
   * own, named after it (`GET /items/:id`). A text: by the breaker of that name. Default `false`: it has none.
   */
  readonly breaker?: RouteBreaker | false;
}

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
    const path = `${method} ${url}: config.sop`;
    new OptionCheck(options, path, ["breaker"]).done();
    const { breaker: given = false } = options;
    if (given === false) return undefined;
    const breaker = routeBreaker(given, path)(this.#sop, { method: String(method), route: url });
    this.#found.set(route, breaker);
    return breaker;
  }
}
