// A service of its own process, whose routes keep its event loop: it is looked at from outside.
import { execSync } from "node:child_process";
import { pbkdf2Sync } from "node:crypto";
import { createServer } from "node:http";
import { openNodeExchange, writeNodeReply } from "@sop/core";
import { createSop } from "@sop/node";

const sop = createSop({
  service: "shop",
  config: false,
  troubleshoot: false,
  admin: false,
  ...JSON.parse(process.env.OPTIONS ?? "{}"),
});
let ticks = 0;
setInterval(() => {
  ticks++;
}, 100);

function busyLoop(ms) {
  const end = Date.now() + ms;
  let rounds = 0;
  while (Date.now() < end) rounds++;
  return rounds;
}

function backtrack(text) {
  return /^(a+)+$/.test(text);
}

function withDebuggerStatements(ms) {
  const end = Date.now() + ms;
  let rounds = 0;
  while (Date.now() < end) {
    // biome-ignore lint/suspicious/noDebugger: what a forgotten one does is the question.
    debugger;
    rounds++;
  }
  return rounds;
}

function hash(times) {
  let last;
  for (let i = 0; i < times; i++) last = pbkdf2Sync("secret", "salt", 8_000_000, 64, "sha512");
  return last.length;
}

const kept = [];

/** Fills the heap, and lets the loop turn meanwhile. */
async function fill(count) {
  while (kept.length < count) {
    for (let i = 0; i < 10_000; i++) kept.push({ i, next: { i } });
    await new Promise((resolve) => setImmediate(resolve));
  }
  return kept.length;
}

function collectGarbage() {
  const begun = Date.now();
  while (Date.now() - begun < 4_000) globalThis.gc();
  return kept.length;
}

/** Holds the loop until it was looked at, and fills the heap then, up to its limit. */
function fillBlocked() {
  busyLoop(2_500);
  for (;;) {
    for (let i = 0; i < 2_000; i++) kept.push({ i, next: [1, 2, 3, i] });
    busyLoop(2);
  }
}

let isHeld = false;
let release;
const released = new Promise((resolve) => {
  release = resolve;
});

const work = {
  "/stuck": () => (isHeld ? released : "quick"),
  // As a long poll does.
  "/held": () => new Promise((resolve) => setTimeout(resolve, 6_000, "held")),
  "/fine": () => "fine",
  "/loop": () => busyLoop(4_000),
  "/long-loop": () => busyLoop(600_000),
  "/regex": () => backtrack(`${"a".repeat(29)}b`),
  "/json": () => JSON.parse(JSON.stringify(Array.from({ length: 4_000_000 }, (_, i) => ({ i })))).length,
  "/debugger": () => withDebuggerStatements(3_000),
  "/hash": () => hash(2),
  "/exec": () => execSync("sleep 4").length,
  "/wait": () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4_000),
  "/fill": () => fill(3_000_000),
  "/fill-blocked": () => fillBlocked(),
  "/gc": () => collectGarbage(),
  "/debugger-once": () => {
    // biome-ignore lint/suspicious/noDebugger: what a forgotten one does is the question.
    debugger;
    return "passed";
  },
};

const life = sop.lifecycle({ name: "http", route: ({ req }) => req.url, respond: writeNodeReply });
const server = createServer((request, response) => {
  const context = openNodeExchange(life, request, response);
  life.run(context, async () => response.end(String(await work[request.url]())));
});
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
process.on("message", (message) => {
  if (message.incident) process.send({ incident: sop.incident ?? null });
  if (message.ticks) process.send({ ticks });
  // By then the watchdog has been there for a while.
  if (message.watched) setTimeout(() => process.send({ watched: true }), 1_000);
  if (message.open) process.send({ open: sop.openIncident().id });
  if (message.block) busyLoop(message.block);
  if (message.hold) isHeld = true;
  if (message.release) release("released");
  if (message.drain) void sop.drain();
});
