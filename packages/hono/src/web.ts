import { type Lifecycle, markOwnFile, type Reply, type RequestContext } from "@sop/core";
import type { Context, Next } from "hono";
import type { WebExchange } from "./exchange.js";
import { settle, toResponse } from "./settle.js";

markOwnFile();

/** The verbs where requests and responses are the web's: Workers, Bun, Deno, and `app.request()`. */
export async function answerOnWeb(life: Lifecycle<WebExchange>, c: Context, next: Next): Promise<Response | undefined> {
  let answer = (_reply: Reply): void => {};
  const answered = new Promise<Reply>((resolve) => {
    answer = resolve;
  });
  const { raw } = c.req;
  const context = life.open(raw, { context: c, answer, setHeader: (name, value) => c.header(name, value) });
  c.set("sop", context);
  raw.signal?.addEventListener("abort", () => life.close(context, 499, "aborted"));
  const refusal = life.admit(context);
  if (refusal !== undefined) return closed(life, context, toResponse(refusal));
  const settled = life.run(context, settle, life, context, c, next);
  // What a handler throws after it was answered for has been recorded, and is nobody's any more.
  settled.catch(() => {});
  const response = await Promise.race([settled, answered.then((reply) => toResponse(reply))]);
  if (response !== undefined) {
    // What an error of the handler was answered with goes: Hono takes no other answer from a middleware by then.
    if (c.finalized) {
      c.res = undefined;
      c.res = response;
    }
    return closed(life, context, response);
  }
  if (isStream(c.res)) c.res = new Response(watched(life, context, c.res), c.res);
  else life.close(context, c.res.status, "finished");
  return undefined;
}

function closed(life: Lifecycle<WebExchange>, context: RequestContext, response: Response): Response {
  life.close(context, response.status, "finished");
  return response;
}

/** Whether a body is still being written when the handler has returned, as Hono's streaming helpers say in their headers. */
function isStream({ headers, body }: Response): boolean {
  const type = headers.get("content-type") ?? "";
  return body !== null && (headers.has("transfer-encoding") || type.startsWith("text/event-stream"));
}

/** The same body; its end, or the client's leaving, is the end of the request. */
function watched(
  life: Lifecycle<WebExchange>,
  context: RequestContext,
  { body, status }: Response,
): ReadableStream | null {
  const reader = body?.getReader();
  if (reader === undefined) return null;
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        life.close(context, status, "finished");
        controller.close();
      } catch (error) {
        life.fail(context, error);
        life.close(context, status, "aborted");
        controller.error(error);
      }
    },
    cancel(reason) {
      life.close(context, status, "aborted");
      return reader.cancel(reason);
    },
  });
}
