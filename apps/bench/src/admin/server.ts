// A service with its admin plane, in a process of its own.
import type { AddressInfo } from "node:net";
import { performance } from "node:perf_hooks";
import { sop as plugin } from "@sop/fastify";
import { createSop } from "@sop/node";
import { adminOf } from "@sop/node/admin";
import Fastify from "fastify";

const [token = ""] = process.argv.slice(2);
const shop = createSop({
  service: "shop",
  config: false,
  troubleshoot: false,
  forensics: false,
  logLevel: "silent",
  admin: { port: 0, token },
});
for (let i = 0; i < 20; i++) shop.breaker(`breaker-${i}`);
for (let i = 0; i < 100; i++) shop.flag(`flag-${i}`, true);

const app = Fastify();
app.register(plugin, shop);
app.get("/work", async () => ({ done: true }));
await app.listen({ host: "127.0.0.1", port: 0 });

const plane = adminOf(shop);
await plane?.ready;
let before = performance.eventLoopUtilization();
process.on("message", () => {
  globalThis.gc?.();
  const { utilization } = performance.eventLoopUtilization(before);
  before = performance.eventLoopUtilization();
  process.send?.({ rss: process.memoryUsage.rss(), utilization });
});
process.send?.({ port: (app.server.address() as AddressInfo).port, plane: Number(new URL(plane?.url ?? "").port) });
