// The server goes, and commands wait in the client for it to come back.
module.exports = {
  expects: "dependency_outage",
  pkg: "redis@3.1.2",
  issue: "redis/node-redis#932",
  ms: 9_000,
  healthy: "/",
  async start() {
    const server = await require("../lib/start-dependency")("ok", "redis-like.js");
    const client = require("redis3").createClient({ port: server.port, retry_strategy: () => 200 });
    client.on("error", () => {});
    const app = require("express")();
    app.get("/down", (_request, response) => {
      server.set("down");
      response.send("done");
    });
    app.get("/", (_request, response) => {
      client.get("key", (error, value) => response.status(error ? 500 : 200).send(value));
    });
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
