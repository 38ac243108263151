import { Readable } from "node:stream";
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
import { sop } from "@sop/fastify";
import { drain } from "@sop/node/drain";
import Fastify from "fastify";

const app = Fastify();
await app.register(sop, options);
if (isLossless) drain(app.sop);

const itemOf = ({ params, sop: { route, id, traceId } }) => ({
  id: params.id,
  route,
  requestId: id,
  traceId,
  current: app.sop.current()?.id,
});

app.get("/ok", (_request, reply) => {
  reply.type("text/plain").send("ok");
});

app.get("/items/:id", async (request) => {
  await aMoment();
  return itemOf(request);
});

app.get("/gate/:id", async (request) => {
  await gate.opened;
  return itemOf(request);
});

app.post("/gate", async () => {
  gate.open();
  return "open";
});

app.get("/client-error", async () => {
  throw Object.assign(new Error("the item is taken"), { statusCode: 409 });
});

app.get("/throw/http500", () => {
  throw Object.assign(new Error("secret"), { statusCode: 500 });
});

app.get("/throw/:kind", (request) => {
  throw THROWN[request.params.kind]();
});

app.get("/reject", async () => {
  await after(1);
  throw new Error("secret");
});

for (const [name, start] of Object.entries(UNCAUGHT)) app.get(`/${name}`, () => start());

// The bodies of these two are read by hand, as a proxy or a parser of uploads does.
app.register(async (raw) => {
  raw.removeAllContentTypeParsers();
  raw.addContentTypeParser("*", (_request, _payload, done) => done(null));

  raw.post("/data", (request) => {
    request.raw.on("data", () => {});
    request.raw.on("end", () => {
      throw new Error("secret");
    });
  });

  raw.post("/upload", (request, reply) => {
    let bytes = 0;
    request.raw.on("data", (chunk) => {
      bytes += chunk.length;
    });
    request.raw.on("end", () => reply.send({ bytes }));
  });
});

app.get("/forget", async () => {
  forgotten();
  return "ok";
});

app.get("/late-headers", (_request, reply) => {
  reply.raw.writeHead(200, { "content-type": "text/plain", "content-length": "100" });
  reply.raw.write("partial");
  throw new Error("secret");
});

app.get("/after-end", (_request, reply) => {
  reply.send("ok");
  throw new Error("secret");
});

app.get("/double-send", (_request, reply) => {
  reply.send("first");
  reply.send("second");
});

const limit = app.sop.middleware("rate-limit", (_request, _reply, _done) => {
  throw new Error("secret");
});
app.get("/named", { preHandler: limit }, async () => "never");

app.get("/slow/:ms", async (request) => {
  await after(Number(request.params.ms));
  return "slow";
});

app.get("/hang", () => {});

app.get("/stream-ok", (_request, reply) => {
  reply.type("text/plain").send(Readable.from(chunks()));
});

app.get("/abort", () => process.abort());

app.get("/oom", () => exhaustMemory());

app.get("/guarded/:kind", { config: { sop: { breaker: true } } }, (request) => attempt(request.params.kind));

app.get("/dependency/:kind", (request) => dependency(app.sop, request.params.kind));

const degradable = app.sop.degradable("feature", { primary: () => "primary", fallback: () => "fallback" });
app.get("/degradable", async () => degradable());

app.get("/state", async () => stateOf(app.sop));

app.post("/drain", (_request, reply) => {
  app.sop.drain("test");
  reply.code(202).send();
});

echoUpgrades(app.server);
await app.listen({ host: "127.0.0.1", port });
listening(app.addresses()[0].port);
