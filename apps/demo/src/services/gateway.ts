// The gateway, on Hono: the only service that customers talk to. Its calls to the others are protected.
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { sop } from "@sop/hono";
import { createSop } from "@sop/node";
import { prometheus } from "@sop/node/prometheus";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { listening, port, urlOf } from "./settings.ts";
import { type Ask, upstream } from "./upstream.ts";

const ready = createSop({ service: "gateway", deadline: { default: "15s" } });
const metrics = prometheus(ready);
const catalog = upstream(ready, "catalog", urlOf("catalog"));
const accounts = upstream(ready, "accounts", urlOf("accounts"));
const orders = upstream(ready, "orders", urlOf("orders"));
const app = new Hono();
app.use(sop(ready));

app.get("/metrics", async (c) => c.body(await metrics.metrics(), 200, { "content-type": metrics.contentType }));
app.get("/items", (c) => pass(c, catalog, "/items"));
app.get("/accounts/:id", (c) => pass(c, accounts, `/accounts/${encodeURIComponent(c.req.param("id"))}`));
app.post("/orders", bodyLimit({ maxSize: 10_000 }), (c) => pass(c, orders, "/orders"));
app.post("/pictures", bodyLimit({ maxSize: 2_000_000 }), (c) =>
  pass(c, catalog, `/pictures?key=${encodeURIComponent(c.req.query("key") ?? "")}`),
);

/** Hands a request on, and its answer back. The body is held here, so that it can be sent again. */
async function pass(c: Context, ask: Ask, path: string): Promise<Response> {
  const { signal } = c.var.sop;
  const { method } = c.req;
  const headers = new Headers();
  const type = c.req.header("content-type");
  if (type !== undefined) headers.set("content-type", type);
  const body = method === "GET" ? null : await c.req.arrayBuffer();
  const answer = await ask(path, { method, headers, body }, signal);
  return new Response(answer.body, {
    status: answer.status,
    headers: { "content-type": answer.type, "x-attempts": String(answer.attempts) },
  });
}

serve({ fetch: app.fetch, hostname: "127.0.0.1", port }, (address: AddressInfo) => listening(address.port));
