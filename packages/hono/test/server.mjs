import { EventEmitter } from "node:events";
import { readFile } from "node:fs";
import { Readable } from "node:stream";
import { setTimeout as after } from "node:timers/promises";
import { serve } from "@hono/node-server";
import { sop } from "@sop/hono";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { stream } from "hono/streaming";

const app = new Hono();
const guard = sop({
  service: "fixture",
  logLevel: "silent",
  ...JSON.parse(process.env.SOP_FIXTURE_OPTIONS ?? "{}"),
});
app.use(guard);

const never = () => new Promise(() => {});

app.get("/ok", (c) => c.text("ok"));

app.get("/items/:id", async (c) => {
  await after(Math.random() * 5);
  return c.json({
    id: c.req.param("id"),
    route: c.var.sop.route,
    requestId: c.var.sop.id,
    traceId: c.var.sop.traceId,
    current: guard.sop.current()?.id,
  });
});

app.get("/client-error", () => {
  throw new HTTPException(409, { message: "the item is taken" });
});

const cyclic = new Error("cyclic secret");
cyclic.cause = new Error("inner secret", { cause: cyclic });
const THROWN = {
  error: () => new Error("secret"),
  string: () => "secret",
  null: () => null,
  frozen: () => Object.freeze({ a: 1 }),
  getter: () => ({
    get message() {
      throw new Error("secret getter");
    },
  }),
  cyclic: () => cyclic,
  http500: () => new HTTPException(500, { message: "secret" }),
};

app.get("/throw/:kind", (c) => {
  throw THROWN[c.req.param("kind")]();
});

app.get("/reject", async () => {
  await after(1);
  throw new Error("secret");
});

app.get("/timer", () => {
  setTimeout(() => {
    throw new Error("secret");
  }, 1);
  return never();
});

app.get("/fs", () => {
  readFile(import.meta.filename, () => {
    throw new Error("secret");
  });
  return never();
});

app.get("/emitter", () => {
  setImmediate(() => new EventEmitter().emit("error", new Error("secret")));
  return never();
});

app.get("/stream", () => {
  new Readable({ read() {} }).destroy(new Error("secret"));
  return never();
});

app.get("/nexttick", () => {
  process.nextTick(() => {
    throw new Error("secret");
  });
  return never();
});

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

app.get("/unhandled", () => {
  Promise.reject(new Error("secret"));
  return never();
});

app.get("/forget", (c) => {
  (async () => {
    await after(20);
    throw new Error("secret");
  })();
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
    for (let i = 0; i < 5; i++) {
      await out.write(`chunk ${i}\n`);
      await after(3);
    }
  }),
);

app.get("/abort", () => process.abort());

app.get("/oom", () => {
  const kept = [];
  for (;;) kept.push(new Array(1e6).fill({}));
});

const degradable = guard.sop.degradable("feature", { primary: () => "primary", fallback: () => "fallback" });
app.get("/degradable", (c) => c.text(degradable()));

app.get("/state", (c) => {
  const { incident } = guard.sop;
  return c.json({
    metrics: guard.sop.metrics(),
    signals: guard.sop.signals(),
    requests: guard.sop.requests().length,
    state: guard.sop.state,
    incident: incident && { id: incident.id, triggers: incident.triggers.map(({ kind }) => kind) },
  });
});

app.post("/drain", (c) => {
  guard.sop.drain("test");
  return c.body(null, 202);
});

serve({ fetch: app.fetch, hostname: "127.0.0.1", port: Number(process.env.PORT ?? 0) }, ({ port }) => {
  console.log(JSON.stringify({ port }));
});
