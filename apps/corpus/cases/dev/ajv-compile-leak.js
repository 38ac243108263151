// A validator is compiled for each request, of a schema object that is new: each is kept.
module.exports = {
  expects: "memory_leak",
  pkg: "ajv@8.12.0",
  issue: "ajv-validator/ajv#1763, #1413",
  ms: 12_000,
  start() {
    const Ajv = require("ajv");
    const ajv = new Ajv();
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/", (_request, response) => {
      for (let i = 0; i < 3; i++) {
        const properties = { a: { type: "string" }, b: { type: "string" }, c: { type: "number" } };
        const validate = ajv.compile({ type: "object", required: ["a", "b"], properties });
        validate({ a: "x", b: "y" });
      }
      response.send("ok");
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      req({ path: "/" });
      await sleep(20);
    }
  },
};
