import { EventEmitter } from "node:events";
import { readFile } from "node:fs";
import { Readable } from "node:stream";
import { setTimeout as after } from "node:timers/promises";
import { sop } from "@sop/fastify";
import Fastify from "fastify";

const app = Fastify();
await app.register(sop, {
  service: "fixture",
  logLevel: "silent",
  ...JSON.parse(process.env.SOP_FIXTURE_OPTIONS ?? "{}"),
});

app.get("/ok", (_request, reply) => {
  reply.type("text/plain").send("ok");
});

app.get("/items/:id", async (request) => {
  await after(Math.random() * 5);
  return {
    id: request.params.id,
    route: request.sop.route,
    requestId: request.sop.id,
    traceId: request.sop.traceId,
    current: app.sop.current()?.id,
  };
});

app.get("/client-error", async () => {
  throw Object.assign(new Error("the item is taken"), { statusCode: 409 });
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
  http500: () => Object.assign(new Error("secret"), { statusCode: 500 }),
};

app.get("/throw/:kind", (request) => {
  throw THROWN[request.params.kind]();
});

app.get("/reject", async () => {
  await after(1);
  throw new Error("secret");
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

app.get("/unhandled", () => {
  Promise.reject(new Error("secret"));
});

app.get("/forget", async () => {
  (async () => {
    await after(20);
    throw new Error("secret");
  })();
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
  const chunks = async function* () {
    for (let i = 0; i < 5; i++) {
      yield `chunk ${i}\n`;
      await after(3);
    }
  };
  reply.type("text/plain").send(Readable.from(chunks()));
});

app.get("/abort", () => process.abort());

app.get("/oom", () => {
  const kept = [];
  for (;;) kept.push(new Array(1e6).fill({}));
});

const degradable = app.sop.degradable("feature", { primary: () => "primary", fallback: () => "fallback" });
app.get("/degradable", async () => degradable());

app.get("/state", async () => {
  const { incident } = app.sop;
  return {
    metrics: app.sop.metrics(),
    signals: app.sop.signals(),
    requests: app.sop.requests().length,
    state: app.sop.state,
    incident: incident && { id: incident.id, triggers: incident.triggers.map(({ kind }) => kind) },
  };
});

app.post("/drain", (_request, reply) => {
  app.sop.drain("test");
  reply.code(202).send();
});

await app.listen({ host: "127.0.0.1", port: Number(process.env.PORT ?? 0) });
console.log(JSON.stringify({ port: app.addresses()[0].port }));
