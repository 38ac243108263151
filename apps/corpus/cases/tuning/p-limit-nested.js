// What runs within a limit waits for more within the same limit.
module.exports = {
  expects: "deadlock",
  pkg: "p-limit@3.1.0",
  issue: "sindresorhus/p-limit#91",
  ms: 8_000,
  start() {
    const limit = require("p-limit")(3);
    const work = () => new Promise((resolve) => setTimeout(resolve, 15));
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/report", async (_request, response) => {
      await limit(async () => {
        await work();
        await Promise.all([limit(work), limit(work)]);
      });
      response.send("ok");
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      for (let i = 0; i < 4; i++) req({ path: "/report" });
      await sleep(250);
    }
  },
};
