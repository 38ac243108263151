import { track } from "@sop/node/contention";
import { Agent, request } from "undici6";
import { urlOf } from "../settings.ts";
import type { AddRoutes } from "./routes.ts";

/**
 * Asks whether there is a picture of an item, by undici 6.13.0 over eight connections. It looks at the status and leaves the body alone: its
 * connection is never free again, and after eight such requests all others wait for one. The fallback reads it to its end.
 */
export const addRoutes: AddRoutes = (router, sop) => {
  const pictures = urlOf("carrier");
  const dispatcher = track(sop, new Agent({ connections: 8 }), "pictures");
  router.get(
    "/has-picture",
    sop.degradable("has-picture.head-only", {
      primary: async (_req, res) => {
        const { statusCode } = await request(`${pictures}/picture`, { dispatcher });
        res.json({ has: statusCode === 200 });
      },
      fallback: async (_req, res) => {
        const { statusCode, body } = await request(`${pictures}/picture`);
        await body.dump();
        res.json({ has: statusCode === 200 });
      },
    }),
  );
};
