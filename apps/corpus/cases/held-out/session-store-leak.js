// Clients without cookies: each request begins a session that the store in memory keeps.
module.exports = {
  expects: "memory_leak",
  pkg: "express-session@1.17.3",
  issue: "expressjs/session#487",
  ms: 12_000,
  start() {
    const session = require("express-session");
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.use(session({ secret: "x", resave: false, saveUninitialized: true }));
    app.get("/", (request, response) => {
      request.session.offers = Array.from({ length: 150 }, (_, i) => ({ id: i, title: `offer number ${i} of today` }));
      response.send("ok");
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      req({ path: "/" });
      await sleep(15);
    }
  },
};
