// Sessions in files: two requests of one session overlap, and the one that saves last wins.
module.exports = {
  expects: "race_condition",
  pkg: "session-file-store@1.5.0, express-session@1.17.3",
  issue: "valery-barysok/session-file-store#55, #106",
  ms: 6_000,
  start() {
    const path = require("node:path");
    const session = require("express-session");
    const FileStore = require("session-file-store")(session);
    const store = new FileStore({ path: path.join(require("node:os").tmpdir(), "sop-case-sessions"), logFn() {} });
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.use(session({ store, secret: "x", resave: false, saveUninitialized: true }));
    app.get("/cart/:item", (request, response) => {
      const { item } = request.params;
      request.session[item] = 1;
      setTimeout(() => response.send("ok"), item === "a" ? 60 : 5);
    });
    app.get("/read", (request, response) => response.json({ a: request.session.a, b: request.session.b }));
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      const first = await req({ path: "/cart/init" });
      const cookie = first.headers["set-cookie"][0].split(";")[0];
      const slow = req({ path: "/cart/a", headers: { cookie } });
      await sleep(8);
      await req({ path: "/cart/b", headers: { cookie } });
      await slow;
      await req({ path: "/read", headers: { cookie } });
    }
  },
};
