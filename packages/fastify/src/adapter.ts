import type { ServerResponse } from "node:http";
import {
  type Lifecycle,
  type Logger,
  markOwnFile,
  openNodeExchange,
  type RequestContext,
  resolveSop,
  type Sop,
  type SopOptions,
  writeNodeReply,
} from "@sop/core";
import type { FastifyInstance, FastifyPluginCallback, FastifyReply } from "fastify";
import { judgeErrorReply } from "./error-reply.js";
import { configOf } from "./route.js";
import { RouteBreakers } from "./route-breakers.js";
import type { SopRouteConfig } from "./route-config.js";
import { degradeLate, degradeRoute } from "./route-degradable.js";

declare module "fastify" {
  interface FastifyInstance {
    /** Flags, signals, observers, drain. */
    sop: Sop;
  }
  interface FastifyContextConfig {
    /** What the route tells SOP. */
    sop?: SopRouteConfig;
  }
  interface FastifyRequest {
    /** This request, as SOP sees it. */
    sop: RequestContext;
  }
}

markOwnFile();

/** The plugin; register it at the root, and it covers every route of the application. */
export type FastifySop = FastifyPluginCallback<SopOptions | Sop>;

const REPLY = Symbol("sop.reply");

/** Node's response, with the framework's reply that writes to it. */
interface Exchange extends ServerResponse {
  [REPLY]?: FastifyReply;
}

/**
 * SOP for Fastify 5. Options: see `SopOptions`, or a ready `Sop`. Throws `SOP_ERR_OPTION` for options that are wrong.
 * Without a `logger` of their own the application's is used, where it has one.
 *
 * ```js
 * import Fastify from "fastify";
 * import { sop } from "@sop/fastify";
 *
 * const app = Fastify({ logger: true });
 * app.register(sop, { service: "orders", deadline: { default: "10s" } });
 *
 * app.get("/", async (request) => ({ id: request.sop.id }));
 * app.get("/broken", async () => {
 *   throw new Error("answered with 503, counted, logged");
 * });
 *
 * await app.listen({ host: "127.0.0.1", port: 3000 });
 * ```
 */
export const sop: FastifySop = (app, options, done) => {
  const root = resolveSop("lifecycle" in options ? options : { ...loggerOf(app), ...options });
  const life: Lifecycle<Exchange> = root.lifecycle<Exchange>({
    name: "fastify",
    route: (exchange) => exchange[REPLY] && configOf(exchange[REPLY].request)?.url,
    respond(exchange, reply) {
      exchange[REPLY]?.hijack();
      writeNodeReply(exchange, reply);
    },
  });

  const breakers = new RouteBreakers(root);

  app.decorate("sop", root);
  app.decorateRequest("sop");

  app.addHook("onRoute", (route) => {
    const { config, method, url } = route;
    if (config?.sop) breakers.of({ method, url }, config.sop);
    degradeRoute(root, route);
  });

  app.addHook("onRequest", (request, reply, next) => {
    const exchange: Exchange = reply.raw;
    exchange[REPLY] = reply;
    const context = openNodeExchange(life, request.raw, exchange);
    request.sop = context;
    const config = configOf(request);
    const breaker = config?.sop && breakers.of(config, config.sop);
    if (config?.sop) degradeLate(root, request, config);
    const refusal = life.admit(context) ?? (breaker && life.guard(context, breaker));
    if (refusal === undefined) life.run(context, next);
    // As bytes: to text of a JSON type Fastify adds a charset, which problem+json has none of.
    else reply.code(refusal.status).headers(refusal.headers).send(Buffer.from(refusal.body));
  });

  app.addHook("onError", (request, reply, error, next) => {
    judgeErrorReply(life, request.sop, reply, error);
    next();
  });

  app.addHook("onClose", (_app, next) => {
    root.dispose();
    next();
  });

  done();
};

// Without a context of its own the plugin's hooks hold for the whole application (what fastify-plugin does).
Object.assign(sop, {
  [Symbol.for("skip-override")]: true,
  [Symbol.for("fastify.display-name")]: "@sop/fastify",
  [Symbol.for("plugin-meta")]: { name: "@sop/fastify", fastify: "5.x" },
});

/** The application's own logger; one that was switched off would swallow what must be seen. */
function loggerOf(app: FastifyInstance): { logger?: Logger } {
  return app.log.level === undefined || app.log.level === "silent" ? {} : { logger: app.log };
}
