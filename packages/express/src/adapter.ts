import {
  markOwnFile,
  type NodeRequest,
  type NodeResponse,
  openNodeExchange,
  type RequestContext,
  type RouteBreaker,
  resolveSop,
  routeBreaker,
  routeDegradable,
  type Sop,
  type SopOptions,
  writeNodeReply,
} from "@sop/core";
import type { ErrorRequestHandler, NextFunction, Request, RequestHandler, Response } from "express";
import { routeOf } from "./route.js";

declare global {
  namespace Express {
    interface Request {
      /** This request, as SOP sees it; there once `s.middleware` ran. */
      sop: RequestContext;
    }
  }
}

markOwnFile();

/** Node's response, as Express has it. */
interface Exchange extends NodeResponse {
  readonly req: Request;
}

/** Middleware that says nothing of a route's parameters, so that Express goes on to read their types off its path. */
export type RouteMiddleware = (req: NodeRequest, res: Response, next: NextFunction) => void;

/** What an Express application mounts. */
export interface ExpressSop {
  /** The first middleware of the application. */
  readonly middleware: RequestHandler;
  /** The last error middleware of the application, or the first of those that may see panics. */
  readonly errorHandler: ErrorRequestHandler;
  /**
   * Middleware that refuses requests with 503 `SOP_BREAKER_OPEN` and `Retry-After` while what comes after it fails. A text: by the
   * breaker of that name. Options, or nothing: in a route, by a breaker of the route's own, named after it (`GET /items/:id`); where no
   * route is known yet, as in `app.use`, a name is needed. Throws `SOP_ERR_OPTION` for what is wrong.
   */
  breaker(given?: RouteBreaker): RouteMiddleware;
  /**
   * Middleware that goes on while the boolean flag `flag` is true (its default). While it is false `fallback` answers in the place of what
   * comes after it; without one the answer is 503 `SOP_DEGRADED`. A fallback that fails is a panic of the flag's name. Throws
   * `SOP_ERR_OPTION` for what is wrong.
   */
  degradable(flag: string, fallback?: RequestHandler): RouteMiddleware;
  /** Flags, signals, observers, drain. */
  readonly sop: Sop;
}

/**
 * SOP for Express 4 and 5. `options`: see `SopOptions`, or a ready `Sop`. Throws `SOP_ERR_OPTION` for options that are wrong.
 *
 * ```js
 * import express from "express";
 * import { sop } from "@sop/express";
 *
 * const app = express();
 * const s = sop({ service: "shop", deadline: { default: "10s" } });
 *
 * app.use(s.middleware);
 * app.get("/", (req, res) => res.json({ id: req.sop.id }));
 * app.get("/broken", () => {
 *   throw new Error("answered with 503, counted, logged");
 * });
 * app.use(s.errorHandler);
 *
 * app.listen(3000, "127.0.0.1");
 * ```
 */
export function sop(options?: SopOptions | Sop): ExpressSop {
  const root = resolveSop(options);
  const life = root.lifecycle<Exchange>({ name: "express", route: ({ req }) => routeOf(req), respond: writeNodeReply });

  const middleware: RequestHandler = (req, res, next) => {
    const context = openNodeExchange(life, req, res);
    req.sop = context;
    const refusal = life.admit(context);
    if (refusal === undefined) life.run(context, goOn, next);
    else writeNodeReply(res, refusal);
  };

  const errorHandler: ErrorRequestHandler = (error, req, res, next) => {
    const reply = life.fail(openNodeExchange(life, req, res), error);
    if (reply === undefined) next(error);
    else writeNodeReply(res, reply);
  };

  const breaker = (given: RouteBreaker = true): RouteMiddleware => {
    const find = routeBreaker(given);
    return (req, res, next) => {
      const context = openNodeExchange(life, req, res);
      const refusal = life.admit(context) ?? life.guard(context, find(root, context));
      if (refusal === undefined) next();
      else writeNodeReply(res, refusal);
    };
  };

  const degradable = (flag: string, fallback?: RequestHandler): RouteMiddleware => {
    routeDegradable({ flag, fallback });
    const primary: RequestHandler = (_req, _res, next) => next();
    const handler = root.degradable(flag, { primary, fallback });
    // Express 5 looks at what a handler returns.
    return (_req, res, next) => handler(res.req, res, next);
  };

  return { middleware, errorHandler, breaker, degradable, sop: root };
}

// Express reads `next`'s parameters: called with none, it goes on.
function goOn(next: () => void): void {
  next();
}
