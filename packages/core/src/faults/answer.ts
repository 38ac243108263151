import type { NodeResponse } from "../http/node-exchange.js";
import type { Context } from "../request/context.js";
import { problem, type Reply } from "../request/reply.js";
import type { RequestContext } from "../request/request-context.js";
import type { CompiledInjector } from "./options.js";

/** Under which reason of `http_requests_refused_total` the answers of injectors are counted. */
export const INJECTED = "injected";

const HEADER = "x-sop-fault";

/** The answer of an injector, in a middleware's or the handler's place. */
export function replyOf({ id }: Context, { given, response }: CompiledInjector): Reply {
  const { status, headers, body } = response ?? problem("SOP_INJECTED", id);
  return { status, headers: { ...headers, [HEADER]: given.middleware }, body };
}

/** Makes the answer say that a fault was injected, whoever gives it in the end. */
export function mark(context: RequestContext, { given }: CompiledInjector): void {
  const exchange = context.exchange as Partial<NodeResponse>;
  if (!exchange.headersSent) exchange.setHeader?.(HEADER, given.middleware);
}

/** Cuts the connection, where there is one. */
export function cut(context: Context): void {
  (context.exchange as Partial<NodeResponse>).destroy?.();
}
