// The client's default of two retries at two tiers: nine calls to the sick one for each request of a user.
module.exports = {
  expects: "retry_storm",
  pkg: "got@11.8.6",
  issue: "the default of got's retry.limit is 2",
  ms: 15_000,
  async start() {
    const http = require("node:http");
    const got = require("got11");
    const dependency = await require("../lib/start-dependency")("ok");
    const middle = http
      .createServer(async (_request, response) => {
        try {
          await got(dependency.url);
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
        await got(`http://127.0.0.1:${middle.address().port}`);
        response.send("ok");
      } catch {
        response.status(503).send("sick");
      }
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    await req({ path: "/sick" });
    const started = Date.now();
    while (!stop.v && Date.now() - started < 2_000) {
      req({ path: "/", timeout: 20_000 });
      await sleep(100);
    }
    while (!stop.v) await sleep(100);
  },
};
