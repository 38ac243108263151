import { OptionError } from "../../errors.js";
import { OptionCheck } from "../../options/check.js";
import { UNMATCHED } from "../../request/context.js";
import type { RequestContext } from "../../request/request-context.js";
import type { CircuitBreaker } from "./breaker.js";
import { BREAKER_OPTION_NAMES, type BreakerOptions, readBreakerOptions } from "./options.js";

/**
 * What a route says of its breaker: `true` or options for one of its own, which is named after the route (`GET /items/:id`), or a
 * name that other routes may share. For `true` and for a name the options are those that `breakers` of `SopOptions` has for it.
 */
export type RouteBreaker = true | string | BreakerOptions;

/** Makes breakers by name: a `Sop`. */
export interface BreakerSource {
  breaker(name: string, options?: BreakerOptions): CircuitBreaker;
}

/** What a breaker is named after: a request, or what an adapter knows of a route before one is there. */
export type GuardedRoute = Pick<RequestContext, "method" | "route">;

/**
 * Finds the breaker of a route. Throws `SOP_ERR_OPTION` where it has no name and no route is known, and `SOP_ERR_LIMIT` where there
 * is no room for one more.
 */
export type FindBreaker = (source: BreakerSource, route: GuardedRoute) => CircuitBreaker;

/**
 * For adapters: checks what a route says of its breaker, and gives what finds it once the route is known. Throws `SOP_ERR_OPTION`
 * that names every problem; `path` is where the option `breaker` stands.
 */
export function routeBreaker(given: RouteBreaker, path = ""): FindBreaker {
  const check = new OptionCheck({ breaker: given }, path, ["breaker"]);
  if (typeof given === "object") readBreakerOptions(check.nested("breaker", BREAKER_OPTION_NAMES));
  else if (typeof given === "string") check.text("breaker", undefined);
  else if (given !== true) check.reject("breaker", "true, the name of a breaker, or an object of its options");
  check.done();
  if (typeof given === "string") return (source) => source.breaker(given);
  const options = given === true ? undefined : given;
  return (source, route) => source.breaker(nameOf(route), options);
}

function nameOf({ method, route }: GuardedRoute): string {
  if (route === UNMATCHED) {
    throw new OptionError([{ path: "breaker", value: "nothing", allowed: "a name, as it does not stand in a route" }]);
  }
  // What answers GET answers HEAD as well.
  return `${method === "HEAD" ? "GET" : method} ${route}`;
}
