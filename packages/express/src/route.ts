import type { Request } from "express";

/** What of a path belongs to a layer. */
interface Match {
  readonly path?: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** As much of a router's layer as is read here. `match` notes on the layer what it found (Express 4), or gives it (Express 5). */
interface Layer extends Match {
  readonly route?: unknown;
  readonly handle?: { readonly stack?: readonly Layer[] };
  match(path: string): boolean | Match;
}

/**
 * The template of the matched route with those of the routers it is mounted in: `/shops/:shop/items/:id`. `undefined` while
 * no route has matched.
 */
export function routeOf(request: Request): string | undefined {
  const route = request.route as { readonly path?: unknown } | undefined;
  if (route === undefined) return undefined;
  const path = String(route.path);
  // Express takes it away again on the way out of a router, which is before any error middleware outside of it.
  const baseUrl = (request.baseUrl as string | undefined) ?? "";
  if (baseUrl === "" && isOutermost(request.app, route)) return path;
  const mount = baseUrl === "" ? leftMountOf(request, route) : mountOf(request, baseUrl, route);
  return path === "/" && mount !== "" ? mount : `${mount}${path}`;
}

const outermost = new WeakMap<object, boolean>();

/** Whether a route is the application's own, in no router. */
function isOutermost(app: object, route: object): boolean {
  const known = outermost.get(route) ?? stackOf(app).some((layer) => layer.route === route);
  outermost.set(route, known);
  return known;
}

/** The mount of a route whose routers were left already: they are found again by the whole path. */
function leftMountOf({ app, originalUrl }: Request, route: object): string {
  const [url = ""] = originalUrl.split("?", 1);
  return follow(stackOf(app), url, route) ?? "/*";
}

// Express keeps of a mount only the text that matched (`/shops/17`), which must never become a label: the template is found
// again by following the routers down to the route.
function mountOf(request: Request, baseUrl: string, route: object): string {
  const { app } = request;
  const above = app.path();
  const skipped = above.split("/").length - 1;
  const below = `/${baseUrl
    .split("/")
    .slice(skipped + 1)
    .join("/")}`;
  if (below === "/") return above;
  const inner = follow(stackOf(app), below, route);
  return `${above}${inner ?? "/*"}`;
}

// Express 4 has `_router`, and a `router` that throws when it is read; Express 5 has `router` only.
function stackOf(app: object): readonly Layer[] {
  const { _router } = app as { readonly _router?: { readonly stack: readonly Layer[] } };
  return _router?.stack ?? (app as { readonly router: { readonly stack: readonly Layer[] } }).router.stack;
}

function follow(stack: readonly Layer[], url: string, route: object): string | undefined {
  for (const layer of stack) {
    if (layer.route === route) return "";
    const inner = layer.handle?.stack;
    const match = inner !== undefined && layer.match(url);
    if (!inner || !match) continue;
    const { path = "", params = {} } = match === true ? layer : match;
    const found = follow(inner, url.slice(path.length) || "/", route);
    if (found !== undefined) return `${template(path, params)}${found}`;
  }
  return undefined;
}

/** Puts the names of parameters where their values are. */
function template(path: string, params: Readonly<Record<string, unknown>>): string {
  const left = Object.entries(params);
  const parts = path.split("/").map((part) => {
    const at = left.findIndex(([, value]) => value === decode(part));
    return at === -1 ? part : `:${left.splice(at, 1)[0]?.[0]}`;
  });
  return parts.join("/").replace(/\/$/, "");
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
