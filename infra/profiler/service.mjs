import { createRequire } from "node:module";
import { sop } from "../../packages/fastify/dist/index.js";
import { createSop } from "../../packages/node/dist/index.js";
import { prometheus } from "../../packages/node/dist/prometheus.js";

// A shop with one route that a fault makes slow, for one of twenty of its requests, and one that fails now and then.
const require = createRequire(new URL("../../packages/fastify/package.json", import.meta.url));
const app = require("fastify")();
const shop = createSop({
  service: "shop",
  forensics: false,
  logLevel: "error",
  admin: { port: 0 },
  faults: { injectors: [{ middleware: "/slow", mode: "delay", trigger: "percentage:5", duration_ms: 1500 }] },
});
const metrics = prometheus(shop);

app.register(sop, shop);
app.get("/fast", async () => ({ ok: true }));
app.get("/slow", async () => ({ ok: true }));
app.get("/failing/:n", async (request, reply) => reply.status(Number(request.params.n) % 10 === 0 ? 500 : 200).send());
app.get("/metrics", async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()));
await app.listen({ host: "127.0.0.1", port: 0 });
console.log(app.server.address().port);
