// One loader for the whole service: it is meant for one request, and never forgets.
module.exports = {
  expects: "memory_leak",
  pkg: "dataloader@2.2.2",
  issue: "graphql-hive/gateway#1085, OpenCTI-Platform/opencti#2878",
  ms: 12_000,
  start() {
    const DataLoader = require("dataloader");
    const read = (id) => ({ id, history: Array.from({ length: 200 }, (_, i) => `event ${i} of customer ${id}`) });
    const customers = new DataLoader(async (ids) => ids.map(read));
    const app = require("express")();
    let next = 0;
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/customer", async (_request, response) => {
      next++;
      const { history } = await customers.load(next);
      response.send(String(history.length));
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      req({ path: "/customer" });
      await sleep(20);
    }
  },
};
