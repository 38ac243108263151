// Callers who give up after 150 ms on answers that take 400: that is theirs to decide.
module.exports = {
  expects: "none",
  pkg: "express@4.18.2",
  ms: 8_000,
  start() {
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/", (_request, response) => setTimeout(() => response.send("ok"), 400));
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      req({ path: "/", timeout: 150 });
      await sleep(50);
    }
  },
};
