// A transaction that fails keeps its connection; who waits for one gets an error after a while.
module.exports = {
  expects: "pool_exhaustion",
  pkg: "tarn@3.0.2",
  issue: "knex/knex#2820, #3844",
  ms: 8_000,
  healthy: "/orders?ok=1",
  start() {
    const { Pool } = require("tarn");
    const create = async () => ({ query: () => new Promise((resolve) => setTimeout(resolve, 10)) });
    const pool = new Pool({ create, destroy: async () => {}, min: 0, max: 6, acquireTimeoutMillis: 3_000 });
    const app = require("express")();
    app.get("/orders", async (request, response) => {
      try {
        const connection = await pool.acquire().promise;
        await connection.query();
        if (!request.query.ok) throw new Error("the transaction failed");
        pool.release(connection);
        response.send("ok");
      } catch ({ message }) {
        response.status(500).send(message);
      }
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
