// A service of its own process: it is blocked, ended and asked from outside.
import { createServer } from "node:http";
import { createSop } from "@sop/node";
import { adminOf } from "@sop/node/admin";

const sop = createSop({
  service: "shop",
  config: false,
  troubleshoot: false,
  outgoing: false,
  admin: JSON.parse(process.env.ADMIN ?? "{}"),
});
const fast = sop.flag("fast", true);

const server = createServer((_request, response) => response.end("served")).listen(0, "127.0.0.1", () => {
  process.send?.({ port: server.address().port });
});
adminOf(sop)?.ready.then(
  () => process.send?.({ url: adminOf(sop).url }),
  ({ code, message }) => process.send?.({ code, message }),
);

const kept = [];

function keepForEver(count) {
  for (let i = 0; i < count; i++) kept.push({ i, more: [i] });
}

function spinAround(until) {
  let sum = 0;
  while (Date.now() < until) for (let i = 0; i < 1_000; i++) sum += Math.sqrt(i);
  return sum;
}

process.on("message", (message) => {
  if (message.keep) {
    keepForEver(message.keep);
    process.send({ kept: kept.length });
  }
  // By the timer itself: what calls it could have it inlined, and be named in its place.
  if (message.spin) setImmediate(spinAround, Date.now() + message.spin);
  if (message.block) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, message.block);
  if (message.ask) process.send({ fast: fast.value });
  if (message.leave) {
    sop.dispose();
    server.close();
    process.disconnect();
  }
});
