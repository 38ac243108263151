import { setTimeout as after } from "node:timers/promises";
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
import { sop } from "@sop/express";
import { drain } from "@sop/node/drain";

const { default: express } = await import(process.env.EXPRESS === "4" ? "express4" : "express");

const s = sop(options);
if (isLossless) drain(s.sop);
const app = express();
app.use(s.middleware);

const itemOf = ({ params, sop: { route, id, traceId } }) => ({
  id: params.id,
  route,
  requestId: id,
  traceId,
  current: s.sop.current()?.id,
});

app.get("/ok", (_req, res) => {
  res.type("text/plain").send("ok");
});

app.get("/items/:id", async (req, res) => {
  await aMoment();
  res.json(itemOf(req));
});

app.get("/gate/:id", async (req, res) => {
  await gate.opened;
  res.json(itemOf(req));
});

app.post("/gate", (_req, res) => {
  gate.open();
  res.send("open");
});

app.get("/client-error", (_req, _res, next) => {
  next(Object.assign(new Error("the item is taken"), { status: 409, expose: true }));
});

app.get("/throw/http500", () => {
  throw Object.assign(new Error("secret"), { status: 500, expose: true });
});

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

for (const [name, start] of Object.entries(UNCAUGHT)) app.get(`/${name}`, () => start());

app.post("/data", (req) => {
  req.on("data", () => {});
  req.on("end", () => {
    throw new Error("secret");
  });
});

app.get("/forget", (_req, res) => {
  forgotten();
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
  for await (const chunk of chunks()) res.write(chunk);
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
app.get("/oom", () => exhaustMemory());

app.get("/guarded/:kind", s.breaker(), (req, res, next) => {
  attempt(req.params.kind).then((body) => res.send(body), next);
});

app.get("/dependency/:kind", (req, res, next) => {
  dependency(s.sop, req.params.kind).then((body) => res.send(body), next);
});

const degradable = s.sop.degradable("feature", { primary: () => "primary", fallback: () => "fallback" });
app.get("/degradable", (_req, res) => {
  res.send(degradable());
});

app.get("/state", (_req, res) => {
  res.json(stateOf(s.sop));
});

app.post("/drain", (_req, res) => {
  s.sop.drain("test");
  res.status(202).end();
});

app.use(s.errorHandler);

const server = app.listen(port, "127.0.0.1", () => listening(server.address().port));
echoUpgrades(server);
