import { IncomingMessage } from "node:http";
import type { RequestContext } from "@sop/core";
import type { BodyTap } from "./body-tap.js";
import { maskHeaders, maskPath } from "./mask.js";
import { maskBody } from "./mask-body.js";

/** `bundle/request.json`: the request whose code failed, as it was received, without its secrets. */
export interface RecordedRequest {
  readonly schema: "sop.request/1";
  readonly id: string;
  readonly traceId: string;
  readonly method: string;
  /** Path and query, as received. */
  readonly path: string;
  /** The route's template. */
  readonly route: string;
  /** `1.1`. */
  readonly httpVersion: string;
  /** In their order, names as received. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** When it was opened, in milliseconds since 1970. */
  readonly startedAt: number;
  /** Absent where the body was not recorded; the manifest says why. */
  readonly body?: RecordedBody | undefined;
}

/** What `bundle/request.body` holds. */
export interface RecordedBody {
  readonly file: "bundle/request.body";
  readonly encoding: "base64";
  /** Bytes in the file, decoded; at most 65,536. */
  readonly bytes: number;
  /** Bytes that were received in all. */
  readonly received: number;
  /** Whether the client sent the body to its end. */
  readonly complete: boolean;
  /**
   * `complete`; `cut` where the connection was lost before the end; `open` where the rest was still to come when it failed.
   */
  readonly end: "complete" | "cut" | "open";
  /** Whether there are secrets of which each byte is `*` now. */
  readonly masked: boolean;
}

/** A failing request as files, or why parts of it are missing. */
export interface RequestEvidence {
  readonly request: RecordedRequest | undefined;
  /** Base64. */
  readonly body: string | undefined;
  readonly leftOut: readonly { readonly file: string; readonly why: string }[];
}

const REQUEST = "bundle/request.json";
const BODY = "bundle/request.body";

/** Node's own request of a context, whichever framework it came through. */
export function nodeRequestOf({ exchange }: RequestContext): IncomingMessage | undefined {
  const { req } = Object(exchange) as { req?: unknown };
  return req instanceof IncomingMessage || isHttp2(req) ? req : undefined;
}

// HTTP/2's compatible request is a class of its own, with the same members.
function isHttp2(request: unknown): request is IncomingMessage {
  return typeof request === "object" && request !== null && "rawHeaders" in request && "push" in request;
}

/** What is known of the failing request now. */
export function recordRequest(context: RequestContext | undefined, tap: BodyTap | undefined): RequestEvidence {
  if (context === undefined) return missing("no request owns what failed");
  const request = nodeRequestOf(context);
  if (request === undefined) return missing("the request did not come through Node's http server");
  const { body, content, why } = recordBody(request, tap);
  const { id, traceId, method, route, startedAt } = context;
  const { url = "/", httpVersion, rawHeaders } = request;
  const { originalUrl } = request as { originalUrl?: unknown };
  // A router that is mounted sees only the rest of the path in `url`.
  const path = maskPath(typeof originalUrl === "string" ? originalUrl : url, route);
  const headers = maskHeaders(rawHeaders);
  return {
    request: { schema: "sop.request/1", id, traceId, method, path, route, httpVersion, headers, startedAt, body },
    body: content,
    leftOut: why === undefined ? [] : [{ file: BODY, why }],
  };
}

function missing(why: string): RequestEvidence {
  const leftOut = [REQUEST, BODY].map((file) => ({ file, why }));
  return { request: undefined, body: undefined, leftOut };
}

function recordBody(
  request: IncomingMessage,
  tap: BodyTap | undefined,
): { body?: RecordedBody; content?: string; why?: string } {
  if (tap === undefined) return { why: "bodies are recorded only where the option `bodies` is true" };
  if (tap.isLate) return { why: "a part of it came before the adapter saw the request" };
  const { bytes, received, complete } = tap.read();
  const kept = maskBody(bytes, request.headers["content-type"], request.headers["content-encoding"]);
  if ("leftOut" in kept) return { why: kept.leftOut };
  const end = complete ? "complete" : request.destroyed ? "cut" : "open";
  return {
    body: {
      file: BODY,
      encoding: "base64",
      bytes: kept.bytes.length,
      received,
      complete,
      end,
      masked: kept.masked,
    },
    content: kept.bytes.toString("base64"),
  };
}
