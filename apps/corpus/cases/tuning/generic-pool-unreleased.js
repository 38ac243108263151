// A way out of the handler on which the connection is not given back.
module.exports = {
  expects: "pool_exhaustion",
  pkg: "generic-pool@3.9.0",
  issue: "coopernurse/node-pool#85, #99",
  ms: 8_000,
  healthy: "/orders?customer=1",
  start() {
    const { createPool } = require("generic-pool");
    const create = async () => ({ query: () => new Promise((resolve) => setTimeout(resolve, 10)) });
    const pool = createPool({ create, destroy: async () => {} }, { max: 5 });
    const app = require("express")();
    app.get("/orders", async (request, response) => {
      const connection = await pool.acquire();
      await connection.query();
      if (!request.query.customer) return response.status(400).send("no customer");
      pool.release(connection);
      response.send("ok");
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      req({ path: "/orders" });
      await sleep(200);
    }
  },
};
