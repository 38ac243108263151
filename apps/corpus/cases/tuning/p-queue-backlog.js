// One worker, a queue without an end, and requests that are worked on long after their callers left.
module.exports = {
  expects: "overload",
  pkg: "p-queue@6.6.2, bcryptjs@2.4.3",
  issue: "dcodeIO/bcrypt.js#125",
  ms: 10_000,
  start() {
    const bcrypt = require("bcryptjs");
    const { default: PQueue } = require("p-queue");
    const queue = new PQueue({ concurrency: 2 });
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/sign", async (_request, response) => {
      await queue.add(() => bcrypt.hash("a document", 9));
      response.send("ok");
    });
    return app;
  },
  async trigger({ req, sleep, stop, until }) {
    const again = ({ err }) => {
      if (err && !stop.v) req({ path: "/sign", timeout: 1_500 }).then(again);
    };
    while (!stop.v && Date.now() < until - 5_000) {
      req({ path: "/sign", timeout: 1_500 }).then(again);
      await sleep(12);
    }
    while (!stop.v) await sleep(100);
  },
};
