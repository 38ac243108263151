// More rows are imported than are worked off, until the queue is as long as it may be; who comes then is told to wait, and it empties.
module.exports = {
  expects: "none",
  pkg: "fastq@1.20.3",
  ms: 10_000,
  start() {
    const write = (_row, done) => setTimeout(done, 5);
    const queue = require("fastq")(write, 8);
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/import", (_request, response) => {
      if (queue.length() > 4_000) return response.status(429).send("later");
      for (let i = 0; i < 250; i++)
        queue.push({ id: i, cells: Array.from({ length: 30 }, (_, cell) => `cell ${cell} of ${i}`) });
      response.status(202).send(String(queue.length()));
    });
    return app;
  },
  async trigger({ req, sleep, stop, until }) {
    while (!stop.v && Date.now() < until - 4_500) {
      req({ path: "/import" });
      await sleep(80);
    }
    while (!stop.v) await sleep(100);
  },
};
