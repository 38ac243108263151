// A service with an admin plane. Its paths do to it what is to be seen from outside.
import { createServer } from "node:http";
import { openNodeExchange, writeNodeReply } from "@sop/core";
import { createSop } from "@sop/node";
import { adminOf } from "@sop/node/admin";

const sop = createSop({
  service: "shop",
  logLevel: "silent",
  flags: { "redis.enabled": true },
  admin: { port: 0 },
  deadline: { default: "1h", max: "1h" },
});
const route = ({ req }) => new URL(req.url ?? "", "http://shop").pathname;
const life = sop.lifecycle({ name: "http", route, respond: writeNodeReply });
const redis = sop.breaker("redis", { minimumNumberOfCalls: 2, slidingWindowSize: 2 });

const actions = {
  "/ok": (_req, res) => res.end("ok"),
  // Never answered.
  "/hang": () => {},
  "/panic": () => {
    throw new Error("the shelf is empty");
  },
  "/fail": async (_req, res) => {
    await redis.execute(() => Promise.reject(new Error("connection to redis lost"))).catch(() => {});
    res.end("failed");
  },
  "/block": (req, res) => {
    res.end("blocked");
    const end = performance.now() + Number(new URL(req.url ?? "", "http://shop").searchParams.get("ms"));
    setTimeout(() => {
      while (performance.now() < end);
    }, 20);
  },
};

const server = createServer((req, res) => {
  const context = openNodeExchange(life, req, res);
  const refusal = life.admit(context);
  if (refusal) return writeNodeReply(res, refusal);
  const fail = (error) => writeNodeReply(res, life.fail(context, error, "shelf"));
  try {
    Promise.resolve(life.run(context, actions[route(res)] ?? actions["/ok"], req, res)).catch(fail);
  } catch (error) {
    fail(error);
  }
});
server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", async () => {
  await adminOf(sop).ready;
  console.log(JSON.stringify({ port: server.address().port }));
});
