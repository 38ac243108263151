// A client that leaves in the middle of its upload: the parser's error rejects a promise that nobody waits for with a catch.
module.exports = {
  expects: "crash.unhandled_rejection",
  pkg: "formidable@2.1.2",
  issue: "node-formidable/formidable#470",
  ms: 4_000,
  start() {
    const formidable = require("formidable");
    const app = require("express")();
    const parse = (request) =>
      new Promise((resolve, reject) => {
        formidable({ uploadDir: require("node:os").tmpdir() }).parse(request, (error, fields) => {
          if (error) reject(error);
          else resolve(fields);
        });
      });
    app.get("/health", (_request, response) => response.send("ok"));
    app.post("/up", async (request, response) => response.json(await parse(request)));
    return app;
  },
  async trigger({ req, sleep }) {
    const headers = { "content-type": "multipart/form-data; boundary=x", "content-length": 90_000 };
    const part = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\nhalf of it';
    const cut = (request) => {
      request.write(part);
      setTimeout(() => request.destroy(), 200);
    };
    await req({ path: "/up", method: "POST", headers, onRequest: cut });
    await sleep(300);
  },
};
