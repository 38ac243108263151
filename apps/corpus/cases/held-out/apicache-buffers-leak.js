// Answers are kept for an hour by their whole address, and each address has a number that makes it new: pictures pile up outside of the heap.
module.exports = {
  expects: "memory_leak",
  pkg: "apicache@1.6.3",
  issue: "kwhitley/apicache#56, beyondessential/tupaia#2773",
  ms: 11_000,
  start() {
    const apicache = require("apicache");
    const picture = Buffer.alloc(400_000, 7);
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/map.png", apicache.middleware("1 hour"), (_request, response) => response.type("png").send(picture));
    return app;
  },
  async trigger({ req, sleep, stop }) {
    for (let number = 1; !stop.v; number++) {
      req({ path: `/map.png?cacheBreaker=${number}` });
      await sleep(35);
    }
  },
};
