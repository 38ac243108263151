// Validators are compiled when they are first needed, one for each of 150 routes; then all is there.
module.exports = {
  expects: "none",
  pkg: "ajv@8.12.0",
  ms: 10_000,
  start() {
    const Ajv = require("ajv");
    const ajv = new Ajv();
    const app = require("express")();
    const schemaOf = (number) => ({
      $id: `schema-${number}`,
      type: "object",
      required: ["a"],
      properties: Object.fromEntries(
        Array.from({ length: 20 }, (_, i) => [`field${i}`, { type: "string", maxLength: number }]),
      ),
    });
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/check/:number", (request, response) => {
      const number = Number(request.params.number);
      const validate = ajv.getSchema(`schema-${number}`) ?? ajv.compile(schemaOf(number));
      response.send(String(validate({ a: "x" })));
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    for (let i = 0; !stop.v; i++) {
      req({ path: `/check/${(i % 150) + 1}` });
      await sleep(20);
    }
  },
};
