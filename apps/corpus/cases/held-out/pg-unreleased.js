// The connection goes back to the pool when the answer is through: a caller who leaves before that keeps it.
module.exports = {
  expects: "pool_exhaustion",
  pkg: "pg@8.11.3",
  issue: "brianc/node-postgres#1777, quizfreely/quizfreely#21",
  ms: 9_000,
  healthy: "/orders",
  async start() {
    const { Pool } = require("pg");
    const server = await require("../lib/start-dependency")("ok", "postgres-like.js");
    const pool = new Pool({ host: "127.0.0.1", port: server.port, user: "shop", database: "shop", max: 10 });
    const app = require("express")();
    app.use(async (request, response, next) => {
      request.database = await pool.connect();
      response.on("finish", () => request.database.release());
      next();
    });
    app.get("/orders", async (request, response) => {
      const { rows } = await request.database.query("SELECT * FROM orders");
      response.json(rows);
    });
    app.get("/report", async (request, response) => {
      for (let month = 1; month <= 12; month++) await request.database.query(`SELECT * FROM month_${month}`);
      response.send("ok");
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      req({ path: "/report", timeout: 60 });
      await sleep(250);
    }
  },
};
