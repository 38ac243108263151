import type { Context } from "../request/context.js";
import { header } from "../request/headers.js";
import { pathOf } from "../request/path.js";
import type { RequestContext } from "../request/request-context.js";

/** How much a request matters when not all can be served (Google, Site Reliability Engineering, chapter 21). */
export const CRITICALITIES = ["critical", "default", "sheddable"] as const;

/** `critical` is refused last, `sheddable` first. */
export type Criticality = (typeof CRITICALITIES)[number];

/** Where the class of a request is found. */
export interface CriticalitySettings {
  readonly priority: ((context: RequestContext) => Criticality | undefined) | undefined;
  readonly routes: ReadonlyMap<string, Criticality>;
  /** In lower case. */
  readonly header: string | undefined;
}

/** A load balancer that is told nothing takes the process for dead, and makes the load of the others worse. */
const HEALTH_CHECKS: ReadonlySet<string> = new Set(["/healthz", "/readyz", "/livez"]);

/** The class of a request, or `health` for what is always let through. */
export function criticalityOf(context: Context, settings: CriticalitySettings): Criticality | "health" {
  const { priority, routes, header: name } = settings;
  const path = pathOf(context.head.url ?? "");
  const known = routes.get(path) ?? (routes.size === 0 ? undefined : routes.get(context.route));
  if (known === undefined && HEALTH_CHECKS.has(path)) return "health";
  const told = priority?.(context) ?? known ?? (name && header(context.headers, name));
  return CRITICALITIES.find((criticality) => criticality === told) ?? "default";
}
