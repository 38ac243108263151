// Only the status of an answer is looked at: its body keeps the connection.
module.exports = {
  expects: "pool_exhaustion",
  pkg: "node-fetch@2.6.9",
  issue: "node-fetch/node-fetch#499, nodejs/node#37184",
  ms: 8_000,
  async start() {
    const fetch = require("node-fetch");
    const agent = new (require("node:http").Agent)({ keepAlive: true, maxSockets: 6 });
    const dependency = await require("../lib/start-dependency")("big:300000");
    const app = require("express")();
    app.get("/health", async (_request, response) => {
      const answer = await fetch(dependency.url, { agent });
      await answer.text();
      response.send("ok");
    });
    app.get("/exists", async (_request, response) => {
      const { ok } = await fetch(dependency.url, { agent });
      response.send(String(ok));
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      req({ path: "/exists" });
      await sleep(200);
    }
  },
};
