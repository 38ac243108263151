// A hash of many rounds, made in one go.
module.exports = {
  expects: "event_loop_stall",
  pkg: "bcryptjs@2.4.3",
  issue: "dcodeIO/bcrypt.js#125",
  ms: 8_000,
  start() {
    const express = require("express");
    const bcrypt = require("bcryptjs");
    const app = express();
    app.use(express.text({ limit: "1mb" }));
    app.get("/health", (_request, response) => response.send("ok"));
    app.post("/", (request, response) => {
      response.send(bcrypt.hashSync(request.body, 14));
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    const body = "a password";
    const headers = { "content-type": "text/plain", "content-length": body.length };
    while (!stop.v) {
      req({ path: "/", method: "POST", headers, body });
      await sleep(2500);
    }
  },
};
