// Bursts that a small pool works off: there are those who wait, and none waits long.
module.exports = {
  expects: "none",
  pkg: "generic-pool@3.9.0",
  ms: 8_000,
  start() {
    const { createPool } = require("generic-pool");
    const create = async () => ({ query: () => new Promise((resolve) => setTimeout(resolve, 30)) });
    const pool = createPool({ create, destroy: async () => {} }, { max: 4 });
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/", async (_request, response) => {
      await pool.use((connection) => connection.query());
      response.send("ok");
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      for (let i = 0; i < 25; i++) req({ path: "/" });
      await sleep(300);
    }
  },
};
