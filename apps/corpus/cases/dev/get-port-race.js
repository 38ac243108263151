// A port that was free when it was looked at is taken by another request before it is used.
module.exports = {
  expects: "race_condition",
  pkg: "get-port@5.0.0",
  issue: "sindresorhus/get-port#23, #34",
  ms: 5_000,
  start() {
    const getPort = require("get-port50");
    const net = require("node:net");
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/", async (_request, response) => {
      const port = await getPort({ port: 34_100 });
      await new Promise((resolve) => setImmediate(resolve));
      const server = net.createServer();
      server.on("error", ({ code }) => response.status(500).send(code));
      server.listen(port, () => setTimeout(() => server.close(() => response.send("ok")), 20));
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      const all = [];
      for (let i = 0; i < 6; i++) {
        all.push(req({ path: "/" }));
        await sleep(1);
      }
      await Promise.all(all);
      await sleep(30);
    }
  },
};
