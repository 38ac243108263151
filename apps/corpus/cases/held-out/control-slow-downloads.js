// Twelve readers on slow lines: files and connections are open for as long as they read, and close when they are through.
const fs = require("node:fs");

module.exports = {
  expects: "none",
  pkg: "send@0.18.0",
  ms: 9_000,
  start() {
    const send = require("send");
    fs.writeFileSync("film.bin", Buffer.alloc(12e6, 3));
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/film.bin", (request, response) => send(request, "film.bin", { root: process.cwd() }).pipe(response));
    return app;
  },
  async trigger({ req, sleep, until }) {
    const slowly = (response) =>
      response.on("data", () => {
        if (Date.now() > until - 2_000) return;
        response.pause();
        setTimeout(() => response.resume(), 120);
      });
    const readers = [];
    for (let i = 0; i < 12; i++) {
      readers.push(req({ path: "/film.bin", timeout: 20_000, onResponse: slowly }));
      await sleep(100);
    }
    await Promise.all(readers);
  },
};
