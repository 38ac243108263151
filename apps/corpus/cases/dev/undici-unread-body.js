// Bodies that are never read keep their connections, until the pool has none left.
module.exports = {
  expects: "pool_exhaustion",
  pkg: "undici@6.13.0",
  issue: "vercel/next.js#43493",
  ms: 8_000,
  async start() {
    const { request, Agent } = require("undici6");
    const dependency = await require("../lib/start-dependency")("big:300000");
    const dispatcher = new Agent({ connections: 8 });
    const app = require("express")();
    app.get("/health", async (_request, response) => {
      const { body } = await request(dependency.url, { dispatcher });
      await body.dump({ limit: 1e6 });
      response.send("ok");
    });
    app.get("/", async (_request, response) => {
      const { statusCode } = await request(dependency.url, { dispatcher });
      response.send(String(statusCode));
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      req({ path: "/" });
      await sleep(200);
    }
  },
};
