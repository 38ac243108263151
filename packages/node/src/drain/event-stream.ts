import type { ServerResponse } from "node:http";
import { muteNodeResponse, type RequestContext } from "@sop/core";

/** The response of a request that is answered with server-sent events now. */
export function eventStreamOf(context: RequestContext): ServerResponse | undefined {
  const response = context.exchange as Partial<ServerResponse> | null | undefined;
  if (typeof response?.getHeader !== "function" || !response.headersSent) return undefined;
  return typeOf(response as ServerResponse).startsWith("text/event-stream") ? (response as ServerResponse) : undefined;
}

/**
 * Ends a stream of events whole, after it told the client when to come back: in 1 to 3 seconds, so that not all do at once.
 * There is no empty line after it: where half an event was sent, the client drops that instead of taking it for a whole one.
 */
export function endEventStream(response: ServerResponse): void {
  if (response.writableEnded) return;
  const isPlain = (response.getHeader("content-encoding") ?? "identity") === "identity";
  if (isPlain) response.write(`retry: ${1_000 + Math.floor(Math.random() * 2_000)}\n`);
  response.end();
  muteNodeResponse(response);
}

function typeOf(response: ServerResponse & { readonly _header?: string | null }): string {
  const set = response.getHeader("content-type");
  if (set !== undefined) return String(set).toLowerCase();
  // What was given to `writeHead` alone is nowhere but in the text of the head.
  return (/^content-type: *(.*)$/im.exec(response._header ?? "")?.[1] ?? "").toLowerCase();
}
