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

process.on("message", (message) => {
  if (message.block) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, message.block);
  if (message.ask) process.send({ fast: fast.value });
  if (message.leave) {
    sop.dispose();
    server.close();
    process.disconnect();
  }
});
