// A cache with a bound fills, and then stays as large as it is.
module.exports = {
  expects: "none",
  pkg: "lru-cache@10.2.0",
  ms: 12_000,
  start() {
    const { LRUCache } = require("lru-cache");
    const cache = new LRUCache({ max: 4_000 });
    const app = require("express")();
    let next = 0;
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/", (_request, response) => {
      for (let i = 0; i < 16; i++) {
        next++;
        cache.set(
          next,
          Array.from({ length: 100 }, (_, part) => `part ${part} of ${next}`),
        );
      }
      response.send(String(cache.size));
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      req({ path: "/" });
      await sleep(20);
    }
  },
};
