// The client has no timeout unless it is given one, and the service it calls stops answering.
module.exports = {
  expects: ["dependency_hang", "timeout_cascade"],
  pkg: "request@2.88.2",
  issue: "request/request#1441",
  ms: 9_000,
  healthy: "/",
  async start() {
    const request = require("request");
    const dependency = await require("../lib/start-dependency")("ok");
    const app = require("express")();
    app.get("/hang", (_request, response) => {
      dependency.set("hang");
      response.send("done");
    });
    app.get("/", (_request, response) => {
      request(dependency.url, (_error, _answer, body) => response.send(body));
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
