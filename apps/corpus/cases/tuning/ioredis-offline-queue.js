// The server goes, and commands wait in the client for it to come back.
module.exports = {
  expects: "dependency_outage",
  pkg: "ioredis@5.3.2",
  issue: "redis/ioredis#285, #1480",
  ms: 9_000,
  healthy: "/",
  async start() {
    const server = await require("../lib/start-dependency")("ok", "redis-like.js");
    const Redis = require("ioredis");
    const client = new Redis({ port: server.port, maxRetriesPerRequest: null, retryStrategy: () => 200 });
    client.on("error", () => {});
    const app = require("express")();
    app.get("/down", (_request, response) => {
      server.set("down");
      response.send("done");
    });
    app.get("/", async (_request, response) => response.send(await client.get("key")));
    return app;
  },
  async trigger({ req, sleep, stop }) {
    await req({ path: "/down" });
    while (!stop.v) {
      req({ path: "/" });
      await sleep(60);
    }
  },
};
