// Who moves a folder waits until its parent is free and takes its own lock at once; where both are one lock that is taken, it waits for itself.
module.exports = {
  expects: "deadlock",
  pkg: "async-mutex@0.5.0",
  issue: "DirtyHairy/async-mutex#88",
  ms: 8_000,
  healthy: "/folders/a/list",
  start() {
    const { Mutex } = require("async-mutex05");
    const locks = new Map();
    const lockOf = (tree) => locks.get(tree) ?? locks.set(tree, new Mutex()).get(tree);
    const work = () => new Promise((resolve) => setTimeout(resolve, 15));
    const app = require("express")();
    app.get("/folders/:tree/list", async (request, response) => {
      await lockOf(request.params.tree).runExclusive(work);
      response.send("ok");
    });
    app.get("/folders/:tree/move", async (request, response) => {
      const parent = lockOf(request.params.tree);
      const own = lockOf(request.params.tree);
      const [, release] = await Promise.all([parent.waitForUnlock(), own.acquire()]);
      await work();
      release();
      response.send("ok");
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      req({ path: "/folders/a/move" });
      req({ path: "/folders/a/move" });
      await sleep(330);
    }
  },
};
