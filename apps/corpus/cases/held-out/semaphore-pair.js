// Two semaphores whose places are taken in opposite order.
module.exports = {
  expects: "deadlock",
  pkg: "async-mutex@0.4.0",
  issue: "documented: its semaphores are not reentrant",
  ms: 8_000,
  start() {
    const { Semaphore } = require("async-mutex");
    const database = new Semaphore(2);
    const files = new Semaphore(2);
    const work = () => new Promise((resolve) => setTimeout(resolve, 20));
    const both = (first, second) => async (_request, response) => {
      await first.runExclusive(async () => {
        await work();
        await second.runExclusive(work);
      });
      response.send("ok");
    };
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/import", both(database, files));
    app.get("/export", both(files, database));
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      for (let i = 0; i < 3; i++) {
        req({ path: "/import" });
        req({ path: "/export" });
      }
      await sleep(300);
    }
  },
};
