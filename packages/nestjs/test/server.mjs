import "reflect-metadata";
import { EventEmitter } from "node:events";
import { readFile } from "node:fs";
import { Readable } from "node:stream";
import { setTimeout as after } from "node:timers/promises";
import { Controller, Get, HttpCode, HttpException, Module, Param, Post, Req, Res } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { createSop } from "@sop/core";
import { SopContext, SopModule } from "@sop/nestjs";

const onFastify = process.env.PLATFORM === "fastify";
const sop = createSop({
  service: "fixture",
  logLevel: "silent",
  ...JSON.parse(process.env.SOP_FIXTURE_OPTIONS ?? "{}"),
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
  http500: () => new HttpException("secret", 500),
};

class FixtureController {}

/** What a decorated method is, without a compiler that knows decorators. */
function method(verb, path, parameters, handler) {
  FixtureController.prototype[path] = handler;
  for (const [index, parameter] of parameters.entries()) parameter(FixtureController.prototype, path, index);
  const descriptor = Object.getOwnPropertyDescriptor(FixtureController.prototype, path);
  for (const decorate of [verb].flat()) decorate(FixtureController.prototype, path, descriptor);
}
const get = (path, parameters, handler) => method(Get(path), path, parameters, handler);
const rawOf = (message) => message.raw ?? message;

get("ok", [Res()], (res) => {
  res.header("content-type", "text/plain; charset=utf-8");
  res.send("ok");
});

get("items/:id", [Param("id"), SopContext()], async (id, context) => {
  await after(Math.random() * 5);
  const { route, id: requestId, traceId } = context;
  return { id, route, requestId, traceId, current: sop.current()?.id };
});

get("client-error", [], () => {
  throw new HttpException("the item is taken", 409);
});

get("throw/:kind", [Param("kind")], (kind) => {
  throw THROWN[kind]();
});

get("reject", [], async () => {
  await after(1);
  throw new Error("secret");
});

get("timer", [Res()], () => {
  setTimeout(() => {
    throw new Error("secret");
  }, 1);
});

get("fs", [Res()], () => {
  readFile(import.meta.filename, () => {
    throw new Error("secret");
  });
});

get("emitter", [Res()], () => {
  setImmediate(() => new EventEmitter().emit("error", new Error("secret")));
});

get("stream", [Res()], () => {
  new Readable({ read() {} }).destroy(new Error("secret"));
});

get("nexttick", [Res()], () => {
  process.nextTick(() => {
    throw new Error("secret");
  });
});

method(Post("data"), "data", [Req(), Res()], (req) => {
  rawOf(req).on("data", () => {});
  rawOf(req).on("end", () => {
    throw new Error("secret");
  });
});

get("unhandled", [Res()], () => {
  Promise.reject(new Error("secret"));
});

get("forget", [], () => {
  (async () => {
    await after(20);
    throw new Error("secret");
  })();
  return "ok";
});

get("late-headers", [Res()], (res) => {
  rawOf(res).writeHead(200, { "content-type": "text/plain", "content-length": "100" });
  rawOf(res).write("partial");
  throw new Error("secret");
});

get("after-end", [Res()], (res) => {
  res.send("ok");
  throw new Error("secret");
});

get("double-send", [Res()], (res) => {
  res.send("first");
  res.send("second");
});

get("named", [], () => "never");

get("slow/:ms", [Param("ms")], async (ms) => {
  await after(Number(ms));
  return "slow";
});

get("hang", [Res()], () => {});

get("stream-ok", [Res()], async (res) => {
  for (let i = 0; i < 5; i++) {
    rawOf(res).write(`chunk ${i}\n`);
    await after(3);
  }
  rawOf(res).end();
});

method([Post("upload"), HttpCode(200)], "upload", [Req(), Res()], (req, res) => {
  let bytes = 0;
  rawOf(req).on("data", (chunk) => {
    bytes += chunk.length;
  });
  rawOf(req).on("end", () => res.send({ bytes }));
});

get("abort", [], () => process.abort());

get("oom", [], () => {
  const kept = [];
  for (;;) kept.push(new Array(1e6).fill({}));
});

const degradable = sop.degradable("feature", { primary: () => "primary", fallback: () => "fallback" });
get("degradable", [], () => degradable());

get("state", [], () => {
  const { incident } = sop;
  return {
    metrics: sop.metrics(),
    signals: sop.signals(),
    requests: sop.requests().length,
    state: sop.state,
    incident: incident && { id: incident.id, triggers: incident.triggers.map(({ kind }) => kind) },
  };
});

method([Post("drain"), HttpCode(202)], "drain", [], () => {
  sop.drain("test");
});

Controller()(FixtureController);

class FixtureModule {
  configure(consumer) {
    const limit = sop.middleware("rate-limit", (_req, _res, _next) => {
      throw new Error("secret");
    });
    consumer.apply(limit).forRoutes("named");
  }
}
Module({ imports: [SopModule.forRoot(sop)], controllers: [FixtureController] })(FixtureModule);

const platform = onFastify
  ? await import("@nestjs/platform-fastify").then(({ FastifyAdapter }) => new FastifyAdapter())
  : await import("@nestjs/platform-express").then(({ ExpressAdapter }) => new ExpressAdapter());
const app = await NestFactory.create(FixtureModule, platform, { logger: false, bodyParser: false });
if (onFastify) {
  // Bodies are read by hand, as a parser of uploads does.
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser("*", (_request, _payload, done) => done(null));
}
await app.listen(Number(process.env.PORT ?? 0), "127.0.0.1");
console.log(JSON.stringify({ port: app.getHttpServer().address().port }));
