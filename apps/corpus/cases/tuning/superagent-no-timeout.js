// The client has no timeout unless it is given one, and the service it calls stops answering.
module.exports = {
  expects: ["dependency_hang", "timeout_cascade"],
  pkg: "superagent@8.0.9",
  issue: "forwardemail/superagent#1759",
  ms: 9_000,
  healthy: "/",
  async start() {
    const superagent = require("superagent");
    const dependency = await require("../lib/start-dependency")("ok");
    const app = require("express")();
    app.get("/hang", (_request, response) => {
      dependency.set("hang");
      response.send("done");
    });
    app.get("/", async (_request, response) => {
      const { text } = await superagent.get(dependency.url).buffer(true);
      response.send(text);
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    await req({ path: "/hang" });
    while (!stop.v) {
      req({ path: "/" });
      await sleep(60);
    }
  },
};
