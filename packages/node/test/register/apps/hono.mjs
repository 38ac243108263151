import { serve } from "@hono/node-server";
import { Hono } from "hono";

const app = new Hono();
app.get("/shops/:shop/items/:item", (context) => context.json({ ok: true }));
serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => console.log(`port ${port}`));
