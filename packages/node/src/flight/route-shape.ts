import { type RequestContext, UNMATCHED } from "@sop/core";
import { nodeRequestOf } from "../forensics/failing-request.js";
import { pathShape } from "../register/route.js";

const MOST = 1_000;
const shapes = new Map<string, string>();

/**
 * What stands for the route of a request whose route is not known yet: its path, with all that looks like a value replaced by `:id`. The
 * path itself is not kept in any file. `unmatched` where the framework does not show it.
 */
export function routeShape(context: RequestContext): string {
  const url = nodeRequestOf(context)?.url;
  if (url === undefined) return UNMATCHED;
  const known = shapes.get(url);
  if (known !== undefined) return known;
  // Clients may ask for ever new ones.
  if (shapes.size >= MOST) shapes.clear();
  const shape = pathShape(url);
  shapes.set(url, shape);
  return shape;
}
