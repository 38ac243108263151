// Three hundred requests at once, and then as few as before: they are served within a second, and it is over.
module.exports = {
  expects: "none",
  pkg: "express@4.18.2",
  ms: 7_000,
  start() {
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/", (_request, response) => {
      const rows = Array.from({ length: 400 }, (_, id) => ({ id, title: `row ${id}` }));
      setTimeout(() => response.json(rows), 120);
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    for (let i = 0; i < 300; i++) req({ path: "/", timeout: 8_000 });
    while (!stop.v) await sleep(100);
  },
};
