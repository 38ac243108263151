// 50 web sockets that talk.
module.exports = {
  expects: "none",
  pkg: "ws@8.18.0",
  ms: 8_000,
  start() {
    const { WebSocketServer } = require("ws-fixed");
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    const server = require("node:http").createServer(app);
    const sockets = new WebSocketServer({ server });
    sockets.on("connection", (socket) => socket.on("message", (text) => socket.send(text)));
    return server;
  },
  async trigger({ port, sleep, stop }) {
    const { WebSocket } = require("ws-fixed");
    const clients = Array.from({ length: 50 }, () => new WebSocket(`ws://127.0.0.1:${port}`));
    for (const client of clients) client.on("error", () => {});
    while (!stop.v) {
      for (const client of clients) if (client.readyState === WebSocket.OPEN) client.send("hello");
      await sleep(250);
    }
    for (const client of clients) client.terminate();
  },
};
