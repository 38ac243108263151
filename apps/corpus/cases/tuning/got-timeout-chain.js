// A service behind a service hangs: at each tier the client gives up after its second, and says so to the one above.
module.exports = {
  expects: "timeout_cascade",
  pkg: "got@11.8.6",
  issue: "sindresorhus/got#256",
  ms: 9_000,
  healthy: "/",
  async start() {
    const http = require("node:http");
    const got = require("got11").extend({ timeout: 1_000, retry: 0 });
    const dependency = await require("../lib/start-dependency")("ok");
    const ask = async (url, response) => {
      try {
        response.end((await got(url)).body);
      } catch ({ code }) {
        response.statusCode = code === "ETIMEDOUT" ? 504 : 502;
        response.end();
      }
    };
    const middle = http.createServer((_request, response) => ask(dependency.url, response)).listen(0);
    const app = require("express")();
    app.get("/hang", (_request, response) => {
      dependency.set("hang");
      response.send("done");
    });
    app.get("/", (_request, response) => ask(`http://127.0.0.1:${middle.address().port}`, response));
    return app;
  },
  async trigger({ req, sleep, stop }) {
    await req({ path: "/hang" });
    while (!stop.v) {
      req({ path: "/" });
      await sleep(60);
    }
  },
};
