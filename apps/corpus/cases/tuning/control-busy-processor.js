// Much to compute in small pieces: the processor is busy, and everyone is answered at once.
module.exports = {
  expects: "none",
  pkg: "bcryptjs@2.4.3",
  ms: 9_000,
  start() {
    const bcrypt = require("bcryptjs");
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/", (_request, response) => response.send(bcrypt.hashSync("a token", 4)));
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      req({ path: "/" });
      await sleep(10);
    }
  },
};
