import { printable } from "../../text/printable.js";
import type { Sample } from "./parse.js";

/** Histograms of requests that services have, the most specific first. */
const COMMON = [
  "http_request_duration_seconds",
  "http_server_request_duration_seconds",
  "http_server_requests_seconds",
  "http_server_duration_milliseconds",
  "http_request_duration_milliseconds",
  "http_request_duration_ms",
  "http_requests_duration_seconds",
  "prometheus_http_request_duration_seconds",
];

const LABELS = {
  method: ["method", "http_request_method", "http_method", "verb"],
  route: ["route", "http_route", "path", "handler", "uri", "endpoint", "url"],
  status: ["status", "status_code", "code", "http_response_status_code", "http_status_code", "http_status"],
};

/** Why there is nothing to measure, for people. */
export class NoHistogram extends Error {}

/** The histogram to read, of the names that there are. Throws a {@link NoHistogram} that names what there is. */
export function chooseHistogram(
  wanted: string | undefined,
  names: ReadonlySet<string>,
  types: ReadonlyMap<string, string> = new Map(),
): string {
  const candidates = wanted === undefined ? COMMON : [wanted.replace(/_bucket$/, "")];
  const found = candidates.find((name) => names.has(name));
  if (found !== undefined) return found;
  const summary = candidates.find((name) => types.get(name) === "summary");
  if (summary !== undefined) throw new NoHistogram(`${summary} is a summary, which has no buckets to read`);
  const what = wanted === undefined ? "no histogram of requests that is known here" : `no histogram ${wanted}`;
  const all = [...names].sort().map(printable);
  if (all.length === 0) throw new NoHistogram(`it has ${what}, and no other histogram`);
  const more = all.length > 10 ? ` and ${all.length - 10} more` : "";
  throw new NoHistogram(`it has ${what}; --metric can name one of ${all.slice(0, 10).join(", ")}${more}`);
}

/** How many milliseconds the unit of a metric has, by its name; seconds where it does not say. */
export function unitOf(name: string): number {
  if (/_(milliseconds|millis|ms)$/.test(name)) return 1;
  if (/_(microseconds|us)$/.test(name)) return 0.001;
  if (/_(nanoseconds|ns)$/.test(name)) return 0.000_001;
  return 1_000;
}

/** The route of a series, with its method where it has one. */
export function routeOf(labels: Sample["labels"]): string {
  const method = first(labels, LABELS.method);
  const route = first(labels, LABELS.route) ?? "all requests";
  return method === undefined ? route : `${method} ${route}`;
}

/** What the status of a series says of its requests. */
export function kindOf(labels: Sample["labels"]): "error" | "cancelled" | undefined {
  const status = first(labels, LABELS.status);
  if (status === "499") return "cancelled";
  return status !== undefined && /^5(\d\d|xx)$/i.test(status) ? "error" : undefined;
}

function first(labels: Sample["labels"], names: readonly string[]): string | undefined {
  const name = names.find((one) => labels[one] !== undefined && labels[one] !== "");
  return name === undefined ? undefined : labels[name];
}
