import type { Attributes } from "@opentelemetry/api";
import { UNMATCHED } from "@sop/core";
import { OTHER } from "../metrics/label-bound.js";

/** The attributes of one series, made of its labels. */
export type AttributesOf = (labels: readonly string[]) => Attributes;

const CLIENT_LEFT = "499";
const UNKNOWN = "_OTHER";

/** `http.server.request.duration`. A client that left got no status, and a request that matched no route has none. */
export function serverAttributes(scheme: string): AttributesOf {
  return ([method = "", route = "", status = ""]) => ({
    "http.request.method": method === OTHER ? UNKNOWN : method,
    "url.scheme": scheme,
    ...(route !== UNMATCHED && { "http.route": route }),
    ...(status === CLIENT_LEFT ? { "error.type": "canceled" } : statusAttributes(status, 500)),
  });
}

/** `http.client.request.duration`. */
export const clientAttributes: AttributesOf = ([host = "", status = ""]) => ({
  ...hostAttributes(host),
  ...statusAttributes(status, 400),
});

/** Where only a host is known: its address, and the port where it is not the scheme's own. */
export function hostAttributes(host: string): Attributes {
  const [, address = host, port] = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(host) ?? [];
  return { "server.address": address, ...(port !== undefined && { "server.port": Number(port) }) };
}

/** From status `errors` on it is an error; what is no status is one too. */
function statusAttributes(text: string, errors: number): Attributes {
  const status = Number(text);
  if (!Number.isInteger(status)) return { "error.type": UNKNOWN };
  return { "http.response.status_code": status, ...(status >= errors && { "error.type": text }) };
}
