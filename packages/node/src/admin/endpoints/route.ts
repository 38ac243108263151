import type { Endpoint } from "./endpoint.js";

/** An endpoint, and the parameters of its path as they were sent: percent-encoded. */
export interface Routed {
  readonly endpoint: Endpoint;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * The endpoint of a method and a path (without its query). Where the path is known and the method is not: the methods that are. Segments
 * are taken as they are: `..`, `//` and what is encoded mean nothing.
 */
export function route(
  endpoints: readonly Endpoint[],
  method: string,
  path: string,
): Routed | { readonly allow: readonly string[] } | undefined {
  const segments = path.split("/");
  const found = endpoints.flatMap((endpoint) => {
    const params = match(endpoint.path.split("/"), segments);
    return params ? [{ endpoint, params }] : [];
  });
  const [first] = found;
  if (first === undefined) return undefined;
  // A path that is there as it stands wins over one with parameters.
  const exact = found.filter(({ params }) => Object.keys(params).length === 0);
  const candidates = exact.length > 0 ? exact : found;
  const routed = candidates.find(({ endpoint }) => endpoint.method === method);
  return routed ?? { allow: [...new Set(candidates.map(({ endpoint }) => endpoint.method))] };
}

function match(template: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (template.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, part] of template.entries()) {
    const segment = segments[i] as string;
    if (part.startsWith(":") && segment !== "") params[part.slice(1)] = segment;
    else if (part !== segment) return undefined;
  }
  return params;
}
