// A service that has something of everything that the dashboard shows, and serves its metrics. It imports the built packages.
import { createServer } from "node:http";
import { openNodeExchange, problem, writeNodeReply } from "../../packages/core/dist/index.js";
import { createSop } from "../../packages/node/dist/index.js";
import { prometheus } from "../../packages/node/dist/prometheus.js";

const source = {
  name: "yaml",
  async *watch() {
    yield { state: "READY", snapshot: { revision: "1", flags: { fast: true } } };
  },
};
const sop = createSop({
  service: "shop",
  logger: { debug() {}, info() {}, warn() {}, error() {} },
  config: false,
  troubleshoot: false,
  forensics: false,
  drain: false,
  overload: { maxInFlight: 100 },
  flags: { recommendations: false },
  sources: [source],
  policies: [
    { name: "closed", admit: ({ id, route }) => (route === "/closed" ? problem("SOP_OVERLOAD", id) : undefined) },
  ],
  onCrash: "continue",
});
const registry = prometheus(sop, { openMetrics: true });
const life = sop.lifecycle({ name: "http", route: (res) => res.req.url, respond: writeNodeReply });
const redis = sop.breaker("redis", { consecutiveFailuresThreshold: 1 });
const recommended = sop.degradable("recommendations", { primary: () => ["a"], fallback: () => [] });

const handlers = {
  "/items": (res) => res.end("ok"),
  "/broken": () => {
    throw new Error("broken");
  },
};

const server = createServer(async (req, res) => {
  if (req.url === "/metrics") {
    res.setHeader("content-type", registry.contentType);
    return res.end(await registry.metrics());
  }
  const context = openNodeExchange(life, req, res);
  const refusal = life.admit(context);
  if (refusal) return writeNodeReply(res, refusal);
  try {
    life.run(context, () => handlers[req.url](res));
  } catch (error) {
    writeNodeReply(res, life.fail(context, error));
  }
});

server.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  const url = `http://127.0.0.1:${port}`;
  let n = 0;
  setInterval(async () => {
    n++;
    const traceparent = `00-${String(n).padStart(32, "0")}-b7ad6b7169203331-01`;
    await sop.fetch(`${url}/items`, { headers: { traceparent } }).then((answer) => answer.text());
    for (const path of ["/broken", "/closed"]) await fetch(`${url}${path}`).then((answer) => answer.text());
    recommended();
    await redis.execute(() => Promise.reject(new Error("down"))).catch(() => {});
    sop.openIncident("manual");
  }, 50);
  process.send(port);
});
