import type { AbstractHttpAdapter } from "@nestjs/core";
import { markOwnFile, type NodeRequest } from "@sop/core";
import { type Exchange, enter, type NestLifecycle, reached } from "./exchange.js";

markOwnFile();

interface FastifyLike {
  addHook(name: "onRequest", hook: (request: object, reply: FastifyReplyLike, next: () => void) => void): void;
}

interface FastifyReplyLike {
  readonly raw: Exchange;
  hijack(): void;
}

/** Makes every request of the application pass `enter` first: before the application's middleware and its bodies' parsers. */
export function attach(life: NestLifecycle, adapter: AbstractHttpAdapter | null | undefined): void {
  // An application context without a server (a queue's worker, a script) has none, a microservice has `null`.
  if (!adapter) return;
  adapter.use((request: NodeRequest, response: Exchange, next: () => void) => enter(life, request, response, next));
  // Fastify's own request and reply come to light only after Nest's middleware.
  if (adapter.getType() !== "fastify") return;
  adapter.getInstance<FastifyLike>().addHook("onRequest", (request, reply, next) => {
    reached(reply.raw, { request, hijack: () => reply.hijack() });
    next();
  });
}
