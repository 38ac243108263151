// Tables are parsed and thrown away: much is collected, and nothing stays.
module.exports = {
  expects: "none",
  pkg: "papaparse@5.4.1",
  ms: 10_000,
  start() {
    const { parse } = require("papaparse");
    const row = "a value,another value,12345,2024-01-01,some more text\n";
    const table = row.repeat(1_500);
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/", (_request, response) => response.send(String(parse(table, { header: false }).data.length)));
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      req({ path: "/" });
      await sleep(40);
    }
  },
};
