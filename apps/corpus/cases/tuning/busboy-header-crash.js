// A part whose header begins with a blank: the parser uses a name that it does not have yet, and throws.
module.exports = {
  expects: "crash.uncaught",
  pkg: "busboy@0.3.1",
  issue: "mscdex/busboy#250, mscdex/dicer#22",
  ms: 4_000,
  start() {
    const Busboy = require("busboy031");
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    app.post("/up", (request, response) => {
      const parser = new Busboy({ headers: request.headers });
      parser.on("finish", () => response.send("ok"));
      request.pipe(parser);
    });
    return app;
  },
  async trigger({ req }) {
    const body = '------x\r\n Content-Disposition: form-data; name="text"\r\n\r\n\r\n------x--';
    const headers = { "content-type": "multipart/form-data; boundary=----x", "content-length": body.length };
    await req({ path: "/up", method: "POST", headers, body });
  },
};
