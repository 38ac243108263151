// A scanner: bodies that are not valid, paths that do not exist, and callers that hang up and come again; each is refused, and that is all.
module.exports = {
  expects: "none",
  pkg: "joi@17.12.0, express@4.18.2",
  ms: 8_000,
  start() {
    const express = require("express");
    const Joi = require("joi");
    const order = Joi.object({ id: Joi.number().required(), to: Joi.string().email({ tlds: false }).required() });
    const app = express();
    app.use(express.json());
    app.get("/health", (_request, response) => response.send("ok"));
    app.post("/orders", (request, response, next) => {
      order.validateAsync(request.body).then((valid) => response.json(valid), next);
    });
    app.use((error, _request, response, _next) => response.status(400).send(error.message));
    return app;
  },
  async trigger({ req, sleep, stop }) {
    const bodies = ['{"id":', '{"id":"x"}', '{"id":1,"to":"nobody"}', "[]"];
    for (let i = 0; !stop.v; i++) {
      const body = bodies[i % bodies.length];
      const headers = { "content-type": "application/json", "content-length": body.length };
      req({ path: "/orders", method: "POST", headers, body });
      req({ path: `/.env.${i}` });
      if (i % 4 === 0)
        req({ path: "/orders", method: "POST", onRequest: (request) => setTimeout(() => request.destroy(), 20) });
      await sleep(15);
    }
  },
};
