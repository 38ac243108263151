import axios from "axios";
import { urlOf } from "../settings.ts";
import type { AddRoutes } from "./routes.ts";

/**
 * Asks a carrier what shipping costs, by axios 1.6.2, which has no time limit of its own: while the carrier is silent every request waits as
 * long as its caller does, and holds a connection. The fallback tells the usual price.
 */
export const addRoutes: AddRoutes = (router, sop) => {
  const carrier = urlOf("carrier");
  router.get(
    "/shipping",
    sop.degradable("shipping.ask", {
      primary: async (_req, res) => {
        const { data } = await axios.get(`${carrier}/quote`);
        res.json(data);
      },
      fallback: async (_req, res) => void res.json({ price: 5, isUsual: true }),
    }),
  );
};
