// A limit of what runs at once, with as much to do as it lets through.
module.exports = {
  expects: "none",
  pkg: "p-limit@3.1.0",
  ms: 8_000,
  start() {
    const limit = require("p-limit")(5);
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/", async (_request, response) => {
      await limit(() => new Promise((resolve) => setTimeout(resolve, 40)));
      response.send("ok");
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      req({ path: "/" });
      await sleep(10);
    }
  },
};
