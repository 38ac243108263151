// A port that was free when it was looked at is taken by another request before it is used.
module.exports = {
  expects: "race_condition",
  pkg: "portfinder@1.0.32",
  issue: "http-party/node-portfinder#150",
  ms: 6_000,
  start() {
    const net = require("node:net");
    const portfinder = require("portfinder");
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/preview", async (_request, response) => {
      const port = await portfinder.getPortPromise({ port: 34_500, host: "127.0.0.1" });
      await new Promise((resolve) => setTimeout(resolve, 5));
      const server = net.createServer();
      server.on("error", ({ code }) => response.status(500).send(code));
      server.listen(port, "127.0.0.1", () => setTimeout(() => server.close(() => response.send("ok")), 20));
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      await Promise.all(Array.from({ length: 6 }, () => req({ path: "/preview" })));
      await sleep(40);
    }
  },
};
