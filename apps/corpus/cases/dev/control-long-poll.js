// 120 requests that wait for news: by what is in flight alone they look like a deadlock.
module.exports = {
  expects: "none",
  pkg: "express@4.18.2",
  start() {
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/", (_request, response) => {
      const timer = setTimeout(() => response.send("news"), 20_000);
      response.on("close", () => clearTimeout(timer));
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    for (let i = 0; i < 120; i++) req({ path: "/", timeout: 9_000 });
    while (!stop.v) await sleep(100);
  },
};
