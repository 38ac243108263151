import type { IncomingMessage } from "node:http";
import { KnownPaths } from "./known-paths.js";

const templates = new WeakMap<object, string>();

const MOST_PARTS = 8;
const known = new KnownPaths();

/** As much of a request as frameworks leave on it for all to see. */
interface Routed extends IncomingMessage {
  /** Express. */
  readonly route?: { readonly path?: unknown } | undefined;
  readonly baseUrl?: string | undefined;
  readonly originalUrl?: string | undefined;
}

/** Notes the template that a framework told of a request. */
export function noteRoute(request: object, template: string): void {
  templates.set(request, template);
}

/**
 * The template of a request's route: what its framework told, else what Express left on it, else the path with all that looks like a value replaced by `:id`, so
 * that an application that was not changed has a bounded number of routes too.
 */
export function routeOf(request: IncomingMessage): string {
  const { route, baseUrl = "", originalUrl, url } = request as Routed;
  const told = templates.get(request);
  if (told !== undefined) return told;
  const pattern = patternOf(route?.path);
  if (pattern !== undefined) return `${baseUrl && normalised(baseUrl)}${pattern === "/" && baseUrl ? "" : pattern}`;
  return pathShape(originalUrl ?? url ?? "/");
}

/** A path with all that looks like a value replaced by `:id`. */
export function pathShape(url: string): string {
  return normalised(pathOf(url));
}

// A route may have several paths, and each may be an expression.
function patternOf(path: unknown): string | undefined {
  if (typeof path === "string") return path;
  if (path instanceof RegExp) return String(path);
  return Array.isArray(path) ? path.map(String).join("|") : undefined;
}

function pathOf(url: string): string {
  const [path = "/"] = url.split(/[?#]/, 1);
  return path.startsWith("/") ? path : "/";
}

function normalised(path: string): string {
  const parts = path.split("/").slice(1);
  if (parts.at(-1) === "") parts.pop();
  const shape = known.shape(parts.slice(0, MOST_PARTS), isValue);
  return parts.length > MOST_PARTS && !shape.endsWith("*") ? `${shape}/*` : shape;
}

/** Words of a route have letters, few digits, and are short; numbers, UUIDs, hashes, e-mail addresses and texts are values. */
function isValue(part: string): boolean {
  if (!/^[\w.-]{1,32}$/.test(part)) return true;
  const digits = part.replace(/\D/g, "").length;
  return digits > 0 && !/^v\d{1,2}$/.test(part) && (digits >= 3 || digits * 2 >= part.length);
}
