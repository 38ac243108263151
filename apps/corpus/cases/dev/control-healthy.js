module.exports = {
  expects: "none",
  pkg: "express@4.18.2",
  start() {
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/", (_request, response) => response.json({ ok: true }));
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      req({ path: "/" });
      await sleep(20);
    }
  },
};
