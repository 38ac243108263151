// A service that keeps what it should not, in one of several ways, and serves itself until it is ended.
import { EventEmitter } from "node:events";
import { Agent, createServer, get } from "node:http";
import { openNodeExchange, writeNodeReply } from "@sop/core";
import { createSop } from "@sop/node";
import { adminOf } from "@sop/node/admin";

const sop = createSop({
  service: "shop",
  logLevel: "silent",
  config: false,
  sensors: false,
  watchdog: false,
  outgoing: false,
  admin: { port: 0, inspector: process.argv[3] === "inspector" },
});
const life = sop.lifecycle({ name: "http", route: ({ req }) => req.url, respond: writeNodeReply });

/** What each way keeps for a request. */
const ways = {
  async ajv() {
    const { Ajv } = await import("ajv");
    const ajv = new Ajv();
    return function validateOrder(n) {
      const schema = {
        type: "object",
        properties: { [`field${n % 7}`]: { type: "number" }, name: { type: "string" } },
      };
      ajv.compile(schema)({ name: "x" });
    };
  },
  listeners() {
    const bus = new EventEmitter().setMaxListeners(0);
    return function subscribe(n) {
      const basket = Array.from({ length: 50 }, (_, i) => ({ n, i }));
      bus.on("priceChanged", () => basket.length);
    };
  },
  map() {
    const cache = new Map();
    return function remember(n) {
      cache.set(`/orders/${n}?at=${Date.now()}`, { n, lines: Array.from({ length: 40 }, (_, i) => ({ i })) });
    };
  },
  array() {
    const history = [];
    return function note(n) {
      history.push(`request ${n} ${"of the day ".repeat(60)}${Math.random()}`);
    };
  },
  timers() {
    return function remindLater(n) {
      const basket = Array.from({ length: 50 }, (_, i) => ({ n, i }));
      setTimeout(() => basket.length, 3_600_000);
    };
  },
  buffers() {
    const uploads = [];
    return function keepUpload() {
      uploads.push(Buffer.alloc(20_000));
    };
  },
  async undici() {
    const { Agent: Client, request } = await import("undici");
    const upstream = createServer((_request, response) => response.end("x".repeat(300_000))).listen(0, "127.0.0.1");
    await new Promise((resolve) => upstream.once("listening", resolve));
    const dispatcher = new Client();
    return async function checkStock(n) {
      if (n % 10 !== 0) return undefined;
      const url = `http://127.0.0.1:${upstream.address().port}/`;
      // The status is enough: the body is never read.
      const { statusCode } = await request(url, { dispatcher });
      return statusCode;
    };
  },
  healthy() {
    return function sumUp(n) {
      return Array.from({ length: 500 }, (_, i) => ({ n, i })).reduce((sum, { i }) => sum + i, 0);
    };
  },
  bounded() {
    const cache = new Map();
    return function lookUp(n) {
      const key = n % 400;
      if (!cache.has(key))
        cache.set(
          key,
          Array.from({ length: 200 }, (_, i) => ({ i })),
        );
    };
  },
};

const keep = await ways[process.argv[2]]();
let n = 0;
const server = createServer((req, res) => {
  const context = openNodeExchange(life, req, res);
  life.admit(context);
  Promise.resolve(keep(n++)).then(() => res.end("ok"));
}).listen(0, "127.0.0.1");

const agent = new Agent({ keepAlive: true });
async function load() {
  for (;;) {
    await new Promise((resolve) => {
      get({ port: server.address().port, host: "127.0.0.1", path: "/orders", agent }, (response) =>
        response.resume().on("end", resolve),
      );
    });
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
await adminOf(sop).ready;
for (let i = 0; i < 3; i++) void load();
process.stdout.write("ready\n");
