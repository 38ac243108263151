// The service whose counting is checked. It imports the built packages, and tells its numbers when it is asked.
import { createServer } from "node:http";
import { createSop, openNodeExchange, writeNodeReply } from "../../packages/core/dist/index.js";
import { prometheus } from "../../packages/node/dist/prometheus.js";

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const sop = createSop({ service: "shop", logger: silent, onCrash: "continue" });
const registry = prometheus(sop, { openMetrics: true });
const life = sop.lifecycle({ name: "http", route: (res) => res.req.url, respond: writeNodeReply });

const answer = (status, body) => (_req, res) => {
  res.writeHead(status, { "content-length": body.length });
  res.end(body);
};
const HANDLERS = {
  "/ok": answer(200, "ok"),
  "/created": answer(201, "created"),
  "/missing": answer(404, "missing"),
  "/error": answer(500, "error"),
  "/panic": () => {
    throw new Error("broken");
  },
  // Answers after the deadline that the request brings, which is never.
  "/slow": () => {},
  // Has begun, which the client waits for before it goes away.
  "/hang": (_req, res) => res.write("begun"),
};

const server = createServer((req, res) => {
  const context = openNodeExchange(life, req, res);
  const refusal = life.admit(context);
  if (refusal) return writeNodeReply(res, refusal);
  try {
    life.run(context, HANDLERS[req.url], req, res);
  } catch (error) {
    writeNodeReply(res, life.fail(context, error));
  }
});
server.keepAliveTimeout = 0;
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));

process.on("message", async () => {
  while (sop.metrics().inFlight > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  process.send({ metrics: sop.metrics(), text: await registry.metrics() });
});
