// A second answer in an async handler of Express 4: its error is nobody's.
module.exports = {
  expects: "crash.unhandled_rejection",
  pkg: "express@4.18.2",
  issue: "ERR_HTTP_HEADERS_SENT in an async handler of Express 4",
  ms: 4_000,
  start() {
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/", async (request, response) => {
      if (!request.query.id) response.status(400).json({ problem: "no id" });
      await null;
      response.json({ ok: true });
    });
    return app;
  },
  async trigger({ req, sleep }) {
    await req({ path: "/?id=1" });
    await req({ path: "/" });
    await sleep(100);
  },
};
