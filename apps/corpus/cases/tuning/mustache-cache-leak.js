// Templates that differ by an id: the cache keeps each that was ever rendered.
module.exports = {
  expects: "memory_leak",
  pkg: "mustache@4.2.0",
  issue: "janl/mustache.js#748, #693",
  ms: 12_000,
  start() {
    const mustache = require("mustache");
    const rows = Array.from({ length: 60 }, (_, i) => `<input name="field-${i}" value="{{value}}">`).join("\n");
    const app = require("express")();
    let forms = 0;
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/form", (_request, response) => {
      forms++;
      response.send(mustache.render(`<form id="form-${forms}">${rows}</form>`, { value: forms }));
    });
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      req({ path: "/form" });
      await sleep(20);
    }
  },
};
