// Two requests of one session overlap: the one that saves last undoes what the other one wrote.
module.exports = {
  expects: "race_condition",
  pkg: "express-session@1.17.3",
  issue: "expressjs/session#361, #309",
  ms: 6_000,
  start() {
    const session = require("express-session");
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.use(session({ secret: "x", resave: false, saveUninitialized: true }));
    app.get("/cart/:item", (request, response) => {
      const { item } = request.params;
      request.session[item] = 1;
      setTimeout(() => response.send("ok"), item === "a" ? 40 : 5);
    });
    app.get("/read", (request, response) => response.json({ a: request.session.a, b: request.session.b }));
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      const first = await req({ path: "/cart/init" });
      const cookie = first.headers["set-cookie"][0].split(";")[0];
      const slow = req({ path: "/cart/a", headers: { cookie } });
      await sleep(5);
      await req({ path: "/cart/b", headers: { cookie } });
      await slow;
      await req({ path: "/read", headers: { cookie } });
    }
  },
};
