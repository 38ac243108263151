import { setTimeout } from "node:timers/promises";
import { track } from "@sop/node/contention";
import { Mutex } from "async-mutex";
import type { RequestHandler } from "express";
import type { AddRoutes } from "./routes.ts";

const WORK = 10;

/**
 * Moves stock between two shelves, each with a lock (async-mutex 0.4.0). Who moves there takes them in the one order, who moves back in the
 * other: two that meet wait for each other for ever, and all others behind them. The fallback takes them in one order.
 */
export const addRoutes: AddRoutes = (router, sop) => {
  const [front, back] = [track(sop, new Mutex(), "shelf: front"), track(sop, new Mutex(), "shelf: back")];
  const move =
    (first: Mutex, second: Mutex): RequestHandler =>
    async (_req, res) => {
      await first.runExclusive(async () => {
        await setTimeout(WORK);
        await second.runExclusive(() => setTimeout(WORK));
      });
      res.json({ moved: true });
    };
  const inOrder = move(front, back);
  router.post("/stock/fetch", sop.degradable("stock.both-orders", { primary: move(back, front), fallback: inOrder }));
  router.post("/stock/return", inOrder);
};
