// A service of several processes, as applications have it: it imports the built packages. The test speaks to the primary by messages.
import cluster from "node:cluster";
import { openNodeExchange, writeNodeReply } from "@sop/core";
import { createSop } from "@sop/node";
import { clusterMetrics, prometheus, reportToPrimary } from "@sop/node/prometheus";

if (cluster.isPrimary) primary();
else worker();

function primary() {
  const workers = clusterMetrics({ openMetrics: process.argv[2] === "openmetrics", timeout: "500ms" });
  const all = [cluster.fork(), cluster.fork()];
  let ports = [];
  cluster.on("message", (from, message) => {
    if (message.port === undefined) return;
    ports = [...ports, { port: message.port, worker: all.indexOf(from) }];
    if (ports.length === all.length) process.send({ ports });
  });
  process.on("message", async ({ ask, tell, worker }) => {
    if (ask === "metrics") process.send({ text: await workers.metrics(), contentType: workers.contentType });
    else if (ask === "kill") {
      all[worker].once("disconnect", () => process.send({ left: worker }));
      all[worker].process.kill("SIGKILL");
    } else if (ask === "leave") {
      all[worker].once("disconnect", () => process.send({ left: worker }));
      all[worker].send({ tell });
    } else all[worker].send({ tell });
  });
}

async function worker() {
  const { createServer } = await import("node:http");
  const sop = createSop({ service: "shop", forensics: false, logLevel: "error", drain: false });
  const registry = prometheus(sop, { exemplars: true });
  reportToPrimary(sop, registry);
  sop.breaker("redis", { consecutiveFailuresThreshold: 1 });
  const life = sop.lifecycle({ name: "http", route: (res) => res.req.url, respond: writeNodeReply });
  const server = createServer((req, res) => {
    const context = openNodeExchange(life, req, res);
    life.admit(context);
    res.end("ok");
  });
  process.on("message", async ({ tell }) => {
    if (tell === "open") sop.breaker("redis").forceOpen();
    if (tell === "block") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_500);
    if (tell === "drain") {
      await sop.drain();
      process.exit();
    }
  });
  // A port of its own for each, so that the test knows which of them it asks.
  server.listen({ port: 0, host: "127.0.0.1", exclusive: true }, () => process.send({ port: server.address().port }));
}
