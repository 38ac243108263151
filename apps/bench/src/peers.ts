import { AsyncLocalStorage } from "node:async_hooks";
import type { Express } from "express";
import type { FastifyInstance } from "fastify";
import type { Hono } from "hono";

/** Today's stack for Fastify: metrics, load shedding, a breaker, a context. */
export async function fastifyPeers(app: FastifyInstance): Promise<void> {
  await app.register((await import("fastify-metrics")).default.default, { endpoint: "/metrics" });
  await app.register((await import("@fastify/under-pressure")).default, { maxEventLoopDelay: 60_000 });
  const { default: circuitBreaker } = await import("@fastify/circuit-breaker");
  await app.register(circuitBreaker);
  await app.register((await import("@fastify/request-context")).default);
  app.addHook("onRoute", (route) => {
    if (route.path !== "/items/:id") return;
    const before = app.circuitBreaker();
    route.preHandler = [before].concat((route.preHandler as never) ?? []);
  });
}

/** Today's stack for Hono: metrics, request id, context, a timeout, a breaker. */
export async function honoPeers(app: Hono): Promise<void> {
  const { prometheus } = await import("@hono/prometheus");
  const { requestId } = await import("hono/request-id");
  const { contextStorage } = await import("hono/context-storage");
  const { timeout } = await import("hono/timeout");
  const { circuitBreaker, ConsecutiveBreaker, handleAll } = await import("cockatiel");
  const breaker = circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) });
  app.use(prometheus().registerMetrics);
  app.use(requestId());
  app.use(contextStorage());
  app.use(timeout(10_000));
  app.use((_c, next) => breaker.execute(() => next()));
}

/** Today's stack for Express: metrics, a request id in async context, a breaker. */
export async function expressPeers(app: Express): Promise<void> {
  const { default: prometheus } = await import("express-prom-bundle");
  const { default: rTracer } = await import("cls-rtracer");
  const { default: CircuitBreaker } = await import("opossum");
  const through = new AsyncLocalStorage<() => void>();
  const breaker = new CircuitBreaker(async () => through.getStore()?.(), { timeout: 10_000 });
  app.use(prometheus({ includeMethod: true, includePath: true }));
  app.use(rTracer.expressMiddleware());
  app.use((_req, _res, next) => {
    through.run(next, () => void breaker.fire());
  });
}
