import { type Lifecycle, markOwnFile, type RequestContext, writeNodeReply } from "@sop/core";
import type { FastifyReply } from "fastify";

markOwnFile();

/**
 * Waits for what the application's error handlers make of an error. What they answer below 500 was no panic; anything else is
 * one, and keeps their answer, unless it is Fastify's default: that one tells the client the error's message, and is replaced.
 */
export function judgeErrorReply(
  life: Lifecycle<never>,
  context: RequestContext,
  reply: FastifyReply,
  error: unknown,
): void {
  const { raw } = reply;
  if (Object.hasOwn(raw, "writeHead")) return;
  if (raw.headersSent) {
    const answer = life.fail(context, error);
    if (answer !== undefined) writeNodeReply(raw, answer);
    return;
  }
  // The head of the answer is the first that tells its status, whichever way it is sent.
  const { writeHead } = raw;
  const judge = (status: number, ...rest: []): typeof raw => {
    raw.writeHead = writeHead;
    const answer = status < 500 ? undefined : life.fail(context, error);
    if (answer === undefined || !isDefault(reply)) return writeHead.call(raw, status, ...rest);
    writeNodeReply(raw, answer);
    return raw;
  };
  raw.writeHead = judge;
}

const NEXT_HANDLER = "fastify.reply.nextErrorHandler";

/**
 * Whether it is Fastify's own handler that answers, which is the last of all. The symbol holds the handler after the one that
 * ran: there is none after Fastify's, and `false` once its fallback has taken over.
 */
function isDefault(reply: FastifyReply): boolean {
  const key = Object.getOwnPropertySymbols(reply).find((symbol) => symbol.description === NEXT_HANDLER);
  const next = key && (reply as FastifyReply & Record<symbol, false | { readonly func?: unknown } | null>)[key];
  return next === false || next?.func === undefined;
}
