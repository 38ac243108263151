import {
  type Lifecycle,
  markOwnFile,
  type NodeResponse,
  type Reply,
  type RequestContext,
  writeNodeReply,
} from "@sop/core";
import type { Context, Next } from "hono";

markOwnFile();

/**
 * Runs what comes after, and judges how it went. An error that `onError` answered below 500 was no panic; anything else is one,
 * and keeps its answer, unless it is Hono's default.
 */
export async function settle(
  life: Lifecycle<never>,
  context: RequestContext,
  c: Context,
  next: Next,
): Promise<Response | undefined> {
  // It waits in memory for as long as the request does, so that all it has to do afterwards is elsewhere.
  try {
    await next();
  } catch (error) {
    return escaped(life, context, c, error);
  }
  return c.error === undefined ? undefined : judge(life, context, c, c.error);
}

// Hono catches errors only; whatever else was thrown comes up to here.
function escaped(life: Lifecycle<never>, context: RequestContext, c: Context, error: unknown): Response {
  const reply = life.fail(context, error);
  if (reply === undefined) throw error;
  return answerOf(c, reply);
}

async function judge(life: Lifecycle<never>, context: RequestContext, c: Context, error: Error): Promise<undefined> {
  const reply = c.res.status < 500 ? undefined : life.fail(context, error);
  if (reply === undefined || !(await isDefault(c.res, error))) return;
  const kept = [...c.res.headers].filter(([name]) => KEPT.test(name));
  c.res = undefined;
  c.res = answerOf(c, reply, kept);
}

// Where the handler wrote to Node's response by itself, an answer of ours can only cut it.
function answerOf(c: Context, reply: Reply, kept?: readonly [string, string][]): Response {
  const { outgoing } = (c.env ?? {}) as { outgoing?: NodeResponse };
  if (outgoing?.headersSent) writeNodeReply(outgoing, reply);
  return toResponse(reply, kept);
}

// What a browser needs to read the answer stays, and that a fault was injected.
const KEPT = /^(access-control-.*|vary|strict-transport-security|x-sop-fault)$/;

/** Whether an answer is what Hono makes of an error by itself: a fixed text, or the message of an HTTPException. */
async function isDefault(response: Response, error: Error): Promise<boolean> {
  const text = await response.clone().text();
  return text === "Internal Server Error" || ("getResponse" in error && text === error.message);
}

export function toResponse({ status, headers, body }: Reply, kept: readonly [string, string][] = []): Response {
  return new Response(body, { status, headers: [...kept, ...Object.entries(headers)] });
}
