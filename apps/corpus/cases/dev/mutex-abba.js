// Two locks that are taken in opposite order.
module.exports = {
  expects: "deadlock",
  pkg: "async-mutex@0.4.0",
  issue: "documented: its mutex is not reentrant",
  start() {
    const { Mutex } = require("async-mutex");
    const a = new Mutex();
    const b = new Mutex();
    const work = () => new Promise((resolve) => setTimeout(resolve, 10));
    const both = (first, second) => async (_request, response) => {
      await first.runExclusive(async () => {
        await work();
        await second.runExclusive(work);
      });
      response.send("ok");
    };
    const app = require("express")();
    app.get("/health", (_request, response) => {
      a.runExclusive(() => {}).then(() => response.send("ok"));
    });
    app.get("/ab", both(a, b));
    app.get("/ba", both(b, a));
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      req({ path: "/ab" });
      req({ path: "/ba" });
      await sleep(200);
    }
  },
};
