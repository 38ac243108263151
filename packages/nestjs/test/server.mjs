import "reflect-metadata";
import { setTimeout as after } from "node:timers/promises";
import { Controller, Get, HttpCode, HttpException, Module, Param, Post, Req, Res } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
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
import { createSop } from "@sop/core";
import { Breaker, SopContext, SopModule } from "@sop/nestjs";
import { drain } from "@sop/node/drain";

const onFastify = process.env.PLATFORM === "fastify";
const sop = createSop(options);
if (isLossless) drain(sop);

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

const itemOf = (id, context) => {
  const { route, id: requestId, traceId } = context;
  return { id, route, requestId, traceId, current: sop.current()?.id };
};

get("items/:id", [Param("id"), SopContext()], async (id, context) => {
  await aMoment();
  return itemOf(id, context);
});

get("gate/:id", [Param("id"), SopContext()], async (id, context) => {
  await gate.opened;
  return itemOf(id, context);
});

method([Post("gate"), HttpCode(200)], "gate", [], () => {
  gate.open();
  return "open";
});

get("client-error", [], () => {
  throw new HttpException("the item is taken", 409);
});

get("throw/http500", [], () => {
  throw new HttpException("secret", 500);
});

get("throw/:kind", [Param("kind")], (kind) => {
  throw THROWN[kind]();
});

get("reject", [], async () => {
  await after(1);
  throw new Error("secret");
});

for (const [name, start] of Object.entries(UNCAUGHT)) get(name, [Res()], () => start());

method(Post("data"), "data", [Req(), Res()], (req) => {
  rawOf(req).on("data", () => {});
  rawOf(req).on("end", () => {
    throw new Error("secret");
  });
});

get("forget", [], () => {
  forgotten();
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
  for await (const chunk of chunks()) rawOf(res).write(chunk);
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

get("oom", [], () => exhaustMemory());

method([Get("guarded/:kind"), Breaker()], "guarded/:kind", [Param("kind")], attempt);

get("dependency/:kind", [Param("kind")], (kind) => dependency(sop, kind));

const degradable = sop.degradable("feature", { primary: () => "primary", fallback: () => "fallback" });
get("degradable", [], () => degradable());

get("state", [], () => stateOf(sop));

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
echoUpgrades(app.getHttpServer());
await app.listen(port, "127.0.0.1");
listening(app.getHttpServer().address().port);
