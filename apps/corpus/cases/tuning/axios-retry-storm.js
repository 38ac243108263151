// Two tiers that both try again: what the sick one gets is the product.
module.exports = {
  expects: "retry_storm",
  pkg: "axios-retry@3.9.1",
  issue: "softonic/axios-retry#207",
  ms: 9_000,
  async start() {
    const http = require("node:http");
    const client = require("axios").create();
    require("axios-retry").default(client, { retries: 3 });
    const ask = (url) => client.get(url);
    const dependency = await require("../lib/start-dependency")("ok");
    const middle = http
      .createServer(async (_request, response) => {
        try {
          await ask(dependency.url);
        } catch {
          response.statusCode = 503;
        }
        response.end("done");
      })
      .listen(0);
    const app = require("express")();
    app.get("/sick", (_request, response) => {
      dependency.set("503");
      response.send("done");
    });
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/", async (_request, response) => {
      try {
        await ask(`http://127.0.0.1:${middle.address().port}`);
        response.send("ok");
      } catch {
        response.status(503).send("sick");
      }
    });
    return app;
  },
  async warm({ req, sleep }) {
    for (let i = 0; i < 20; i++) {
      req({ path: "/" });
      await sleep(50);
    }
  },
  async trigger({ req, sleep, stop }) {
    await req({ path: "/sick" });
    while (!stop.v) {
      req({ path: "/", timeout: 20_000 });
      await sleep(150);
    }
  },
};
