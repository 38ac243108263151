// The client has no timeout unless it is given one, and the service it calls accepts and never answers.
module.exports = {
  expects: ["timeout_cascade", "dependency_hang"],
  pkg: "axios@1.6.2",
  issue: "the default of axios' timeout is 0",
  ms: 9_000,
  healthy: "/",
  async start() {
    const axios = require("axios");
    const dependency = await require("../lib/start-dependency")("ok");
    const app = require("express")();
    app.get("/hang", (_request, response) => {
      dependency.set("hang");
      response.send("done");
    });
    app.get("/", async (_request, response) => {
      await axios.get(dependency.url);
      response.send("ok");
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    await req({ path: "/hang" });
    while (!stop.v) {
      req({ path: "/" });
      await sleep(50);
    }
  },
};
