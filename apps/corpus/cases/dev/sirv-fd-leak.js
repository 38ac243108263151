// A file that is piped to a client that leaves stays open.
const fs = require("node:fs");
const path = require("node:path");

module.exports = {
  expects: "fd_leak",
  pkg: "sirv@2.0.4",
  issue: "sveltejs/kit#11617, nodejs/node#1834",
  ms: 8_000,
  start() {
    const root = path.join(require("node:os").tmpdir(), "sop-case-files");
    fs.mkdirSync(root, { recursive: true });
    fs.writeFileSync(path.join(root, "big.bin"), Buffer.alloc(8e6));
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.use(require("sirv")(root));
    return app;
  },
  async trigger({ req, sleep, stop }) {
    while (!stop.v) {
      req({ path: "/big.bin", onResponse: (response) => response.socket.destroy() });
      await sleep(40);
    }
  },
};
