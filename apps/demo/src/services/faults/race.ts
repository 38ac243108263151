import { setTimeout } from "node:timers/promises";
import { trackStore } from "@sop/node/contention";
import type { RequestHandler } from "express";
import session from "express-session";
import type { AddRoutes } from "./routes.ts";

type Cart = Record<string, number>;

/** The cart of a request's session, which express-session hangs on the request. */
function sessionOf(req: object): { cart?: Cart } {
  return (req as { session: { cart?: Cart } }).session;
}

/**
 * Keeps a cart in the session (express-session 1.17.3), which is loaded when a request begins and stored when it ends: of two requests of
 * one customer at once the last one wins, and what the other put in is lost (expressjs/session#361). The fallback handles a customer's
 * requests one after the other.
 */
export const addRoutes: AddRoutes = (router, sop) => {
  const store = trackStore(sop, new session.MemoryStore(), "sessions", { secretKeys: true });
  const load = session({ secret: "shop", resave: false, saveUninitialized: true, store });
  const put: RequestHandler = async (req, res) => {
    const own = sessionOf(req);
    const { item = "" } = req.params as { item?: string };
    // The slower one of two is a cart that looks up a price.
    await setTimeout(item === "bread" ? 40 : 5);
    own.cart = { ...own.cart, [item]: 1 };
    res.json(own.cart);
  };
  const both: RequestHandler = (req, res, next) => load(req, res, () => void put(req, res, next));
  const queues = new Map<string, Promise<unknown>>();
  const inTurn: RequestHandler = (req, res, next) => {
    const customer = req.headers.cookie ?? "";
    const before = queues.get(customer) ?? Promise.resolve();
    const done = new Promise<void>((resolve) => void res.once("close", resolve));
    queues.set(customer, done);
    void before.then(() => both(req, res, next));
  };
  router.post("/cart/:item", sop.degradable("cart.at-once", { primary: both, fallback: inTurn }));
  router.get("/cart", load, (req, res) => void res.json(sessionOf(req).cart ?? {}));
};
