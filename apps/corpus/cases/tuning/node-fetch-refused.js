// The service that is called is gone: each connection is refused, and each request fails at once.
module.exports = {
  expects: "dependency_outage",
  pkg: "node-fetch@2.6.9",
  issue: "connect ECONNREFUSED",
  ms: 8_000,
  healthy: "/",
  async start() {
    const fetch = require("node-fetch");
    const dependency = await require("../lib/start-dependency")("ok");
    const app = require("express")();
    app.get("/down", (_request, response) => {
      dependency.set("down");
      response.send("done");
    });
    app.get("/", async (_request, response) => {
      try {
        const answer = await fetch(dependency.url);
        response.send(await answer.text());
      } catch ({ code }) {
        response.status(502).send(code);
      }
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
