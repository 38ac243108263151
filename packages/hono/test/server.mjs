import { setTimeout as after } from "node:timers/promises";
import { serve } from "@hono/node-server";
import {
  aMoment,
  attempt,
  chunks,
  dependency,
  echoUpgrades,
  exhaustMemory,
  forgotten,
  gate,
  isLossless,
  listening,
  options,
  port,
  stateOf,
  THROWN,
  UNCAUGHT,
} from "@sop/conformance/fixture-kit";
import { sop } from "@sop/hono";
import { drain } from "@sop/node/drain";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { stream } from "hono/streaming";

const app = new Hono();
const guard = sop(options);
if (isLossless) drain(guard.sop);
app.use(guard);

const never = () => new Promise(() => {});

const itemOf = (c) => ({
  id: c.req.param("id"),
  route: c.var.sop.route,
  requestId: c.var.sop.id,
  traceId: c.var.sop.traceId,
  current: guard.sop.current()?.id,
});

app.get("/ok", (c) => c.text("ok"));

app.get("/items/:id", async (c) => {
  await aMoment();
  return c.json(itemOf(c));
});

app.get("/gate/:id", async (c) => {
  await gate.opened;
  return c.json(itemOf(c));
});

app.post("/gate", (c) => {
  gate.open();
  return c.text("open");
});

app.get("/client-error", () => {
  throw new HTTPException(409, { message: "the item is taken" });
});

app.get("/throw/http500", () => {
  throw new HTTPException(500, { message: "secret" });
});

app.get("/throw/:kind", (c) => {
  throw THROWN[c.req.param("kind")]();
});

app.get("/reject", async () => {
  await after(1);
  throw new Error("secret");
});

for (const [name, start] of Object.entries(UNCAUGHT)) {
  app.get(`/${name}`, () => {
    start();
    return never();
  });
}

// The bodies of these two are read by hand, as a proxy or a parser of uploads does.
app.post("/data", (c) => {
  c.env.incoming.on("data", () => {});
  c.env.incoming.on("end", () => {
    throw new Error("secret");
  });
  return never();
});

app.post(
  "/upload",
  (c) =>
    new Promise((resolve) => {
      let bytes = 0;
      c.env.incoming.on("data", (chunk) => {
        bytes += chunk.length;
      });
      c.env.incoming.on("end", () => resolve(c.json({ bytes })));
    }),
);

app.get("/forget", (c) => {
  forgotten();
  return c.text("ok");
});

app.get("/late-headers", (c) => {
  const { outgoing } = c.env;
  outgoing.writeHead(200, { "content-type": "text/plain", "content-length": "100" });
  outgoing.write("partial");
  throw new Error("secret");
});

app.get("/after-end", (c) => {
  const { outgoing } = c.env;
  outgoing.writeHead(200, { "content-type": "text/plain" }).end("ok");
  throw new Error("secret");
});

app.get("/double-send", (c) => {
  c.res = c.text("first");
  return c.text("second");
});

app.get(
  "/named",
  guard.sop.middleware("rate-limit", (_c, _next) => {
    throw new Error("secret");
  }),
  (c) => c.text("never"),
);

app.get("/slow/:ms", async (c) => {
  await after(Number(c.req.param("ms")));
  return c.text("slow");
});

app.get("/hang", never);

app.get("/stream-ok", (c) =>
  stream(c, async (out) => {
    for await (const chunk of chunks()) await out.write(chunk);
  }),
);

app.get("/abort", () => process.abort());

app.get("/oom", () => exhaustMemory());

app.get("/guarded/:kind", guard.breaker(), async (c) => c.text(await attempt(c.req.param("kind"))));

app.get("/dependency/:kind", async (c) => c.text(await dependency(guard.sop, c.req.param("kind"))));

const degradable = guard.sop.degradable("feature", { primary: () => "primary", fallback: () => "fallback" });
app.get("/degradable", (c) => c.text(degradable()));

app.get("/state", (c) => c.json(stateOf(guard.sop)));

app.post("/drain", (c) => {
  guard.sop.drain("test");
  return c.body(null, 202);
});

const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port }, ({ port: at }) => listening(at));
echoUpgrades(server);
