// A lock that is taken again by the one who has it.
module.exports = {
  expects: "deadlock",
  pkg: "async-lock@1.4.0",
  issue: "documented: its locks are not reentrant unless domainReentrant is set",
  ms: 8_000,
  healthy: "/balance",
  start() {
    const AsyncLock = require("async-lock");
    const lock = new AsyncLock();
    const work = () => new Promise((resolve) => setTimeout(resolve, 5));
    const app = require("express")();
    app.get("/balance", async (_request, response) => {
      await lock.acquire("account", work);
      response.send("ok");
    });
    app.get("/transfer", async (_request, response) => {
      await lock.acquire("account", () => lock.acquire("account", work));
      response.send("ok");
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      req({ path: "/transfer" });
      await sleep(400);
    }
  },
};
