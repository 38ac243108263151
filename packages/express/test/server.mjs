import { EventEmitter } from "node:events";
import { readFile } from "node:fs";
import { Readable } from "node:stream";
import { setTimeout as after } from "node:timers/promises";
import { sop } from "@sop/express";

const { default: express } = await import(process.env.EXPRESS === "4" ? "express4" : "express");

const s = sop({
  service: "fixture",
  logLevel: "silent",
  ...JSON.parse(process.env.SOP_FIXTURE_OPTIONS ?? "{}"),
});
const app = express();
app.use(s.middleware);

app.get("/ok", (_req, res) => {
  res.type("text/plain").send("ok");
});

app.get("/items/:id", async (req, res) => {
  await after(Math.random() * 5);
  res.json({
    id: req.params.id,
    route: req.sop.route,
    requestId: req.sop.id,
    traceId: req.sop.traceId,
    current: s.sop.current()?.id,
  });
});

app.get("/client-error", (_req, _res, next) => {
  next(Object.assign(new Error("the item is taken"), { status: 409, expose: true }));
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
  http500: () => Object.assign(new Error("secret"), { status: 500, expose: true }),
};

app.get("/throw/:kind", (req) => {
  throw THROWN[req.params.kind]();
});

app.get("/reject", async (_req, _res, next) => {
  try {
    await after(1);
    throw new Error("secret");
  } catch (error) {
    // Express 4 knows nothing of promises; its handlers hand over what they catch.
    next(error);
  }
});

app.get("/timer", () => {
  setTimeout(() => {
    throw new Error("secret");
  }, 1);
});

app.get("/fs", () => {
  readFile(import.meta.filename, () => {
    throw new Error("secret");
  });
});

app.get("/emitter", () => {
  setImmediate(() => new EventEmitter().emit("error", new Error("secret")));
});

app.get("/stream", () => {
  new Readable({ read() {} }).destroy(new Error("secret"));
});

app.get("/nexttick", () => {
  process.nextTick(() => {
    throw new Error("secret");
  });
});

app.post("/data", (req) => {
  req.on("data", () => {});
  req.on("end", () => {
    throw new Error("secret");
  });
});

app.get("/unhandled", () => {
  Promise.reject(new Error("secret"));
});

app.get("/forget", (_req, res) => {
  (async () => {
    await after(20);
    throw new Error("secret");
  })();
  res.send("ok");
});

app.get("/late-headers", (_req, res) => {
  res.writeHead(200, { "content-type": "text/plain", "content-length": "100" });
  res.write("partial");
  throw new Error("secret");
});

app.get("/after-end", (_req, res) => {
  res.send("ok");
  throw new Error("secret");
});

app.get("/double-send", (_req, res) => {
  res.send("first");
  res.send("second");
});

app.get(
  "/named",
  s.sop.middleware("rate-limit", (_req, _res, _next) => {
    throw new Error("secret");
  }),
);

app.get("/slow/:ms", async (req, res) => {
  await after(Number(req.params.ms));
  res.send("slow");
});

app.get("/hang", () => {});

app.get("/stream-ok", async (_req, res) => {
  for (let i = 0; i < 5; i++) {
    res.write(`chunk ${i}\n`);
    await after(3);
  }
  res.end();
});

app.post("/upload", (req, res) => {
  let bytes = 0;
  req.on("data", (chunk) => {
    bytes += chunk.length;
  });
  req.on("end", () => res.json({ bytes }));
});

app.get("/abort", () => process.abort());

app.get("/oom", () => {
  const kept = [];
  for (;;) kept.push(new Array(1e6).fill({}));
});

app.get("/degradable", (_req, res) => {
  res.send(degradable());
});
const degradable = s.sop.degradable("feature", { primary: () => "primary", fallback: () => "fallback" });

app.get("/state", (_req, res) => {
  const { incident } = s.sop;
  res.json({
    metrics: s.sop.metrics(),
    signals: s.sop.signals(),
    requests: s.sop.requests().length,
    state: s.sop.state,
    incident: incident && { id: incident.id, triggers: incident.triggers.map(({ kind }) => kind) },
  });
});

app.post("/drain", (_req, res) => {
  s.sop.drain("test");
  res.status(202).end();
});

app.use(s.errorHandler);

const server = app.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => {
  console.log(JSON.stringify({ port: server.address().port }));
});
