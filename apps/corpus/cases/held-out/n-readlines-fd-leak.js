// The search ends at the line that was looked for, and the file stays open: it is closed by reading to its end alone.
const fs = require("node:fs");

module.exports = {
  expects: "fd_leak",
  pkg: "n-readlines@1.0.1",
  issue: "nacholibre/node-readlines#17, #23",
  ms: 8_000,
  start() {
    const LineByLine = require("n-readlines");
    const accounts = Array.from({ length: 2_000 }, (_, i) => `account-${i};open;${i * 17}`);
    fs.writeFileSync("accounts.csv", accounts.join("\n"));
    const find = (id) => {
      const lines = new LineByLine("accounts.csv");
      for (let line = lines.next(); line; line = lines.next()) {
        if (line.toString().startsWith(`${id};`)) return line.toString();
      }
      return "";
    };
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/accounts/:id", (request, response) => response.send(find(request.params.id)));
    return app;
  },
  async trigger({ req, sleep, stop }) {
    for (let i = 0; !stop.v; i++) {
      req({ path: `/accounts/account-${i % 100}` });
      await sleep(35);
    }
  },
};
