// A service that takes its 800 ms: what is in flight rises to a plateau, nothing fails.
module.exports = {
  expects: "none",
  pkg: "axios@1.6.2",
  async start() {
    const axios = require("axios");
    const dependency = await require("../lib/start-dependency")("slow:800");
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/", async (_request, response) => {
      await axios.get(dependency.url, { timeout: 2_000 });
      response.send("ok");
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      req({ path: "/" });
      await sleep(25);
    }
  },
};
