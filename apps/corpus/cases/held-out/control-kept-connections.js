// After a burst 250 callers keep their connections for the next time.
module.exports = {
  expects: "none",
  pkg: "express@4.18.2",
  ms: 8_000,
  start() {
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/", (_request, response) => response.send("ok"));
    const server = require("node:http").createServer(app);
    server.keepAliveTimeout = 60_000;
    return server;
  },
  async trigger({ req, sleep, stop }) {
    const { Agent } = require("node:http");
    const agent = new Agent({ keepAlive: true, maxFreeSockets: 250 });
    await Promise.all(Array.from({ length: 250 }, () => req({ path: "/", agent, timeout: 20_000 })));
    while (!stop.v) await sleep(100);
    agent.destroy();
  },
};
