// 60 streams of events that stay open: they end when their readers leave, not before.
module.exports = {
  expects: "none",
  pkg: "express@4.18.2",
  ms: 8_000,
  start() {
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/events", (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const timer = setInterval(() => response.write("data: tick\n\n"), 400);
      response.on("close", () => clearInterval(timer));
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    const streams = [];
    for (let i = 0; i < 60; i++) {
      req({ path: "/events", timeout: 20_000, onResponse: (response) => streams.push(response) });
      await sleep(20);
    }
    while (!stop.v) await sleep(100);
    for (const stream of streams) stream.destroy();
  },
};
