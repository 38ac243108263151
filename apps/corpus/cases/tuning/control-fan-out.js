// Each request asks another service six times, as it always did.
module.exports = {
  expects: "none",
  pkg: "axios@1.6.2",
  ms: 8_000,
  healthy: "/",
  async start() {
    const axios = require("axios");
    const dependency = await require("../lib/start-dependency")("slow:15");
    const app = require("express")();
    app.get("/", async (_request, response) => {
      await Promise.all(Array.from({ length: 6 }, () => axios.get(dependency.url, { timeout: 2_000 })));
      response.send("ok");
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      req({ path: "/" });
      await sleep(100);
    }
  },
};
