// A service of its own process that leaves when it is told to: it imports the built packages.
import { createServer } from "node:http";
import { openNodeExchange, writeNodeReply } from "@sop/core";
import { createSop } from "@sop/node";

const mode = process.argv[2];
const own = { service: "shop", logLevel: "silent", config: false, forensics: false };
const drain = mode === "off" ? false : { wait: 50, signals: mode !== "no-signals" };
const sops = ["first", "second"].map((service) => createSop({ ...own, service, drain }));
let pools = 0;
for (const sop of sops) {
  sop.observe({ drainStarted: (reason) => process.send({ drains: sop.service, reason }) });
  sop.onDrain(async () => {
    // Nothing else keeps the process alive meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 50).unref());
    process.send({ pools: ++pools });
  });
}
if (mode === "own-handler") process.on("SIGTERM", () => process.send({ heard: "SIGTERM" }));
if (mode === "exit-code") process.exitCode = 7;
if (mode === "crash") process.on("SIGTERM", () => setTimeout(() => Promise.reject(new Error("boom")), 20));

const life = sops[0].lifecycle({ name: "http", route: () => "/", respond: writeNodeReply });
const server = createServer((req, res) => {
  const context = openNodeExchange(life, req, res);
  if (req.url !== "/hang") res.end(context.id);
});
server.listen(0, "127.0.0.1", () => {
  process.send({ port: server.address().port });
  // The channel to the test must not be what keeps it alive.
  process.channel.unref();
});
