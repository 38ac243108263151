import type { Lifecycle, NodeRequest, NodeResponse, Reply, RequestContext, Sop } from "@sop/core";
import { markOwnFile, openNodeExchange, writeNodeReply } from "@sop/core";

markOwnFile();

const CONTEXT: unique symbol = Symbol("sop.context");
const FRAMEWORK: unique symbol = Symbol("sop.framework");

/** What the platform knows of a request: Express' own, or Fastify's. */
interface Platform {
  readonly route?: { readonly path?: unknown };
  readonly routeOptions?: { readonly url?: string | undefined };
}

/** Node's response, which both platforms write to. */
export interface Exchange extends NodeResponse {
  [CONTEXT]?: RequestContext;
  [FRAMEWORK]?: { readonly request: object; hijack?(): void };
}

export type NestLifecycle = Lifecycle<Exchange>;

export function lifecycleOf(sop: Sop): NestLifecycle {
  return sop.lifecycle<Exchange>({
    name: "nestjs",
    route(exchange) {
      const { route, routeOptions } = (exchange[FRAMEWORK]?.request ?? {}) as Platform;
      const path = routeOptions?.url ?? route?.path;
      return path === undefined ? undefined : String(path);
    },
    respond: answer,
  });
}

/** Sends `reply`, and takes the answer out of the platform's hands. */
export function answer(exchange: Exchange, reply: Reply): void {
  exchange[FRAMEWORK]?.hijack?.();
  writeNodeReply(exchange, reply);
}

/** Opens a request, refuses it, or goes on with all that follows in its context. */
export function enter(life: NestLifecycle, request: NodeRequest, exchange: Exchange, next: () => void): void {
  reached(exchange, { request });
  const context = openNodeExchange(life, request, exchange);
  exchange[CONTEXT] = context;
  const refusal = life.admit(context);
  if (refusal === undefined) life.run(context, goOn, next);
  else writeNodeReply(exchange, refusal);
}

/** Notes what the platform calls the request by now. */
export function reached(exchange: Exchange, framework: { readonly request: object; hijack?(): void }): void {
  exchange[FRAMEWORK] = framework;
}

// Called with an argument, `next` takes it for an error.
function goOn(next: () => void): void {
  next();
}

/** Node's response of what Nest calls one: Express' response is it, Fastify's reply has it. */
export function exchangeOf(response: object): Exchange {
  return "raw" in response ? (response.raw as Exchange) : (response as Exchange);
}

export function contextOf(response: object): RequestContext | undefined {
  return exchangeOf(response)[CONTEXT];
}

/**
 * Waits for what the application's own filter makes of an error. What it answers below 500 was no panic; anything else is one,
 * and keeps that answer.
 */
export function judge(life: NestLifecycle, response: object, error: unknown): void {
  const exchange = exchangeOf(response);
  const context = exchange[CONTEXT];
  if (context === undefined || Object.hasOwn(exchange, "writeHead")) return;
  if (exchange.headersSent) {
    life.fail(context, error);
    return;
  }
  // The head of the answer is the first that tells its status, whichever way it is sent.
  const raw = exchange as Exchange & { writeHead: (status: number, ...rest: unknown[]) => unknown };
  const { writeHead } = raw;
  raw.writeHead = (status, ...rest) => {
    raw.writeHead = writeHead;
    if (status >= 500) life.fail(context, error);
    return writeHead.call(raw, status, ...rest);
  };
}
