// The name of a temporary file is all that is wanted; its descriptor comes with it.
module.exports = {
  expects: "fd_leak",
  pkg: "tmp@0.2.1",
  issue: "IBM/couchbackup#535, raszi/node-tmp#241",
  ms: 8_000,
  start() {
    const fs = require("node:fs");
    const tmp = require("tmp");
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/report", (_request, response) => {
      tmp.file({ prefix: "sop-case-" }, (error, name) => {
        if (error) return response.status(500).send(error.code);
        fs.writeFile(name, "a report", () => {
          response.send("ok");
          fs.unlink(name, () => {});
        });
      });
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      req({ path: "/report" });
      await sleep(30);
    }
  },
};
