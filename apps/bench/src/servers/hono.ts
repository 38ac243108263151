import { serve } from "@hono/node-server";
import { Hono } from "hono";
import type { Variant } from "../variant.ts";
import { hold, sopOptions, work } from "./work.ts";

export async function start(variant: Variant): Promise<number> {
  const app = new Hono();
  if (variant === "sop") app.use((await import("@sop/hono")).sop(sopOptions));
  if (variant === "empty") app.use((_c, next) => next());
  if (variant === "peers") await (await import("../peers.ts")).honoPeers(app);
  app.get("/items/:id", async (c) => c.json(await work()));
  app.get("/held", async (c) => c.json(await hold()));
  return new Promise((resolve) => {
    serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) => resolve(port));
  });
}
