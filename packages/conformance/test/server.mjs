import { createServer } from "node:http";
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
import { createSop, openNodeExchange, writeNodeReply } from "@sop/core";
import { drain } from "@sop/node/drain";

// The core alone, without a framework: what an adapter has to do is all here.
const sop = createSop(options);
if (isLossless) drain(sop);
const ROUTE = Symbol("route");
const life = sop.lifecycle({
  name: "node:http",
  route: (res) => res[ROUTE],
  respond: (res, reply) => writeNodeReply(res, reply),
});

const send = (res, body, status = 200) => {
  const json = typeof body === "object";
  res.writeHead(status, { "content-type": json ? "application/json" : "text/plain" });
  res.end(json ? JSON.stringify(body) : body);
};
const itemOf = (id) => {
  const { route, id: requestId, traceId } = sop.current();
  return { id, route, requestId, traceId, current: requestId };
};
const degradable = sop.degradable("feature", { primary: () => "primary", fallback: () => "fallback" });

/** `[method, template, handler(response, parameter, request)]` */
const routes = [
  ["GET", "/ok", (res) => send(res, "ok")],
  [
    "GET",
    "/items/:id",
    async (res, id) => {
      await aMoment();
      send(res, itemOf(id));
    },
  ],
  [
    "GET",
    "/gate/:id",
    async (res, id) => {
      await gate.opened;
      send(res, itemOf(id));
    },
  ],
  [
    "POST",
    "/gate",
    (res) => {
      gate.open();
      send(res, "open");
    },
  ],
  [
    "GET",
    "/client-error",
    () => {
      throw Object.assign(new Error("the item is taken"), { status: 409 });
    },
  ],
  [
    "GET",
    "/throw/:kind",
    (_res, kind) => {
      throw kind === "http500" ? Object.assign(new Error("secret"), { status: 500 }) : THROWN[kind]();
    },
  ],
  [
    "GET",
    "/reject",
    async () => {
      await after(1);
      throw new Error("secret");
    },
  ],
  ...Object.entries(UNCAUGHT).map(([name, start]) => ["GET", `/${name}`, () => start()]),
  [
    "POST",
    "/data",
    (_res, _id, req) => {
      req.on("data", () => {});
      req.on("end", () => {
        throw new Error("secret");
      });
    },
  ],
  [
    "GET",
    "/forget",
    (res) => {
      forgotten();
      send(res, "ok");
    },
  ],
  [
    "GET",
    "/late-headers",
    (res) => {
      res.writeHead(200, { "content-type": "text/plain", "content-length": "100" });
      res.write("partial");
      throw new Error("secret");
    },
  ],
  [
    "GET",
    "/after-end",
    (res) => {
      send(res, "ok");
      throw new Error("secret");
    },
  ],
  [
    "GET",
    "/double-send",
    (res) => {
      send(res, "first");
      send(res, "second");
    },
  ],
  [
    "GET",
    "/named",
    sop.middleware("rate-limit", async () => {
      throw new Error("secret");
    }),
  ],
  [
    "GET",
    "/slow/:ms",
    async (res, ms) => {
      await after(Number(ms));
      send(res, "slow");
    },
  ],
  ["GET", "/hang", () => {}],
  [
    "GET",
    "/stream-ok",
    async (res) => {
      for await (const chunk of chunks()) res.write(chunk);
      res.end();
    },
  ],
  [
    "POST",
    "/upload",
    (res, _id, req) => {
      let bytes = 0;
      req.on("data", (chunk) => {
        bytes += chunk.length;
      });
      req.on("end", () => send(res, { bytes }));
    },
  ],
  ["GET", "/abort", () => process.abort()],
  ["GET", "/oom", () => exhaustMemory()],
  [
    "GET",
    "/guarded/:kind",
    async (res, kind) => {
      const refusal = life.guard(sop.current(), sop.breaker("GET /guarded/:kind"));
      if (refusal === undefined) send(res, await attempt(kind));
      else writeNodeReply(res, refusal);
    },
  ],
  ["GET", "/dependency/:kind", async (res, kind) => send(res, await dependency(sop, kind))],
  ["GET", "/degradable", (res) => send(res, degradable())],
  ["GET", "/state", (res) => send(res, stateOf(sop))],
  [
    "POST",
    "/drain",
    (res) => {
      sop.drain("test");
      send(res, "", 202);
    },
  ],
].map(([method, template, handler]) => {
  return { method, template, handler, pattern: new RegExp(`^${template.replace(/:\w+/, "([^/]+)")}$`) };
});

async function handle(req, res) {
  const [path] = req.url.split("?");
  for (const { method, template, handler, pattern } of routes) {
    const match = pattern.exec(path);
    if (!match || !(method === req.method || (method === "GET" && req.method === "HEAD"))) continue;
    res[ROUTE] = template;
    return handler(res, match[1], req);
  }
  send(res, "not found", 404);
}

async function guarded(req, res, context) {
  try {
    await handle(req, res);
  } catch (error) {
    const reply = life.fail(context, error);
    if (reply === undefined) send(res, error.message, error.status);
    else writeNodeReply(res, reply);
  }
}

const server = createServer((req, res) => {
  const context = openNodeExchange(life, req, res);
  const refusal = life.admit(context);
  if (refusal === undefined) life.run(context, guarded, req, res, context);
  else writeNodeReply(res, refusal);
});
echoUpgrades(server);
server.listen(port, "127.0.0.1", () => listening(server.address().port));
