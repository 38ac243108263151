import type { Request } from "express";

/** As much of a router's layer as is read here; it is the same in Express 4 and 5. */
interface Layer {
  readonly route?: unknown;
  readonly handle?: { readonly stack?: readonly Layer[] };
  readonly path?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  match(path: string): boolean;
}

/**
 * The template of the matched route with those of the routers it is mounted in: `/shops/:shop/items/:id`. `undefined` while
 * no route has matched.
 */
export function routeOf(request: Request): string | undefined {
  const route = request.route as { readonly path?: unknown } | undefined;
  if (route === undefined) return undefined;
  const path = String(route.path);
  // Express takes it away again on the way out of a router.
  const baseUrl = (request.baseUrl as string | undefined) ?? "";
  if (baseUrl === "") return path;
  const mount = mountOf(request, baseUrl, route);
  return path === "/" && mount !== "" ? mount : `${mount}${path}`;
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
    if (inner === undefined || !layer.match(url)) continue;
    const { path = "", params = {} } = layer;
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
