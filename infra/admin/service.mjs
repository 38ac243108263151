// A service with something behind every operation of its admin plane.

import { adminOf } from "../../packages/node/dist/admin.js";
import { createSop } from "../../packages/node/dist/index.js";

const shop = createSop({
  service: "shop",
  config: false,
  troubleshoot: false,
  logLevel: process.env.LOG ?? "silent",
  faults: {},
  admin: { port: 0, token: process.env.TOKEN },
});
shop.flag("fast", true);
shop.flag("limit", 10);
shop.breaker("stock");
shop.breaker("GET /items/:id");
shop.openIncident("manual");
setInterval(() => {}, 1_000);

const plane = adminOf(shop);
await plane.ready;
process.send({ url: plane.url });
process.on("message", () => {
  globalThis.gc?.();
  process.send({ rss: process.memoryUsage.rss() });
});
