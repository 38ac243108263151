// A workbook is made in memory as a whole, of more rows than the heap has room for.
module.exports = {
  expects: "crash.oom",
  pkg: "exceljs@4.4.0",
  issue: "exceljs/exceljs#2583, #412",
  ms: 14_000,
  heapMb: 160,
  start() {
    const { Workbook } = require("exceljs");
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/export", async (request, response) => {
      const sheet = new Workbook().addWorksheet("all");
      for (let row = 0; row < Number(request.query.rows); row++) {
        sheet.addRow(Array.from({ length: 20 }, (_, column) => `cell ${row} ${column}`));
        if (row % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      response.send(String(sheet.rowCount));
    });
    return app;
  },
  async trigger({ req, sleep }) {
    await req({ path: "/export?rows=100" });
    await req({ path: "/export?rows=200000", timeout: 12_000 });
    await sleep(100);
  },
};
