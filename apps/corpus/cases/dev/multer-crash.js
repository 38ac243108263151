// An upload that is cut: the parser's error event has no listener.
module.exports = {
  expects: "crash.uncaught",
  pkg: "multer@1.4.5-lts.1",
  issue: "expressjs/multer#1176",
  ms: 4_000,
  start() {
    const dest = require("node:path").join(require("node:os").tmpdir(), "sop-case-uploads");
    const upload = require("multer145")({ dest });
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.post("/up", upload.single("file"), (_request, response) => response.send("ok"));
    return app;
  },
  async trigger({ req }) {
    const body = [
      "--AaB03x",
      'Content-Disposition: form-data; name="file"; filename="test.txt"',
      "Content-Type: text/plain",
      "",
      "without an end boundary",
    ].join("\r\n");
    const headers = { "content-type": "multipart/form-data; boundary=AaB03x", "content-length": body.length };
    await req({ path: "/up", method: "POST", headers, body });
  },
};
