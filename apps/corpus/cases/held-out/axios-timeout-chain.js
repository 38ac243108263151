// A service becomes slower than the timeout of those who call it: each call is made, and given up.
module.exports = {
  expects: "timeout_cascade",
  pkg: "axios@1.6.2",
  issue: "a timeout that is shorter than what it waits for",
  ms: 9_000,
  healthy: "/",
  async start() {
    const axios = require("axios");
    const dependency = await require("../lib/start-dependency")("slow:20");
    const app = require("express")();
    app.get("/slow", (_request, response) => {
      dependency.set("slow:3000");
      response.send("done");
    });
    app.get("/", async (_request, response) => {
      try {
        const { data } = await axios.get(dependency.url, { timeout: 800 });
        response.send(data);
      } catch ({ code }) {
        response.status(code === "ECONNABORTED" ? 504 : 502).send(code);
      }
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    await req({ path: "/slow" });
    while (!stop.v) {
      req({ path: "/" });
      await sleep(50);
    }
  },
};
