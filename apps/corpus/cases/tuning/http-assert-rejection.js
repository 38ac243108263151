// An assertion about the request in an async handler of Express 4: its error goes to nobody.
module.exports = {
  expects: "crash.unhandled_rejection",
  pkg: "http-assert@1.5.0, express@4.18.2",
  issue: "expressjs/express#4348",
  ms: 4_000,
  start() {
    const assert = require("http-assert");
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/orders", async (request, response) => {
      await null;
      assert(request.query.customer, 422, "a customer is needed");
      response.json([]);
    });
    return app;
  },
  async trigger({ req, sleep }) {
    await req({ path: "/orders?customer=1" });
    await req({ path: "/orders" });
    await sleep(100);
  },
};
