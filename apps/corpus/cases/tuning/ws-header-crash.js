// More headers than Node keeps, so that the one that is looked at is not there.
module.exports = {
  expects: "crash.uncaught",
  pkg: "ws@8.17.0",
  issue: "websockets/ws#2230",
  ms: 4_000,
  // Later ones refuse such a request by themselves.
  nodes: ["20"],
  start() {
    const { WebSocketServer } = require("ws");
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    const server = require("node:http").createServer(app);
    server.maxHeadersCount = 100;
    new WebSocketServer({ server });
    return server;
  },
  async trigger({ req }) {
    const letters = "!#$%&'*+-.0123456789abcdefghijklmnopqrstuvwxyz^_`|~".split("");
    const names = letters.flatMap((first) => letters.map((second) => first + second)).slice(0, 120);
    const headers = {
      ...Object.fromEntries(names.map((name) => [name, "x"])),
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Version": "13",
    };
    await req({ path: "/", headers });
  },
};
