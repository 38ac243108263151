// A logger of its own for each request: each opens the file, and none closes it.
const os = require("node:os");
const path = require("node:path");

module.exports = {
  expects: "fd_leak",
  pkg: "winston@3.11.0",
  issue: "winstonjs/winston#1809",
  ms: 8_000,
  start() {
    const winston = require("winston");
    const filename = path.join(os.tmpdir(), "sop-case-winston.log");
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/", (request, response) => {
      const log = winston.createLogger({ transports: [new winston.transports.File({ filename })] });
      log.info(request.url);
      response.send("ok");
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      req({ path: "/" });
      await sleep(40);
    }
  },
};
