// Each login costs a tenth of a second of the one thread; more come than it can serve, and who is not served asks again.
module.exports = {
  expects: "overload",
  pkg: "bcryptjs@2.4.3",
  issue: "medplum/medplum#8377, dcodeIO/bcrypt.js#125",
  ms: 10_000,
  start() {
    const bcrypt = require("bcryptjs");
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/login", async (_request, response) => {
      await bcrypt.hash("a password", 10);
      response.send("ok");
    });
    return app;
  },
  async trigger({ req, sleep, stop, until }) {
    // The flood ends half way; what it left behind does not.
    const again = ({ err }) => {
      if (err && !stop.v) req({ path: "/login", timeout: 2_000 }).then(again);
    };
    while (!stop.v && Date.now() < until - 5_000) {
      req({ path: "/login", timeout: 2_000 }).then(again);
      await sleep(20);
    }
    while (!stop.v) await sleep(100);
  },
};
