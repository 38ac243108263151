// As much of a Redis server as a client needs to be happy, in a process of its own. `down` closes its port and its connections.
const net = require("node:net");

const sockets = new Set();
let port = 0;

const INFO = "redis_version:7.0.0\r\nloading:0\r\n";

function replyTo(command) {
  const name = command[0].toLowerCase();
  if (name === "info") return `$${INFO.length}\r\n${INFO}\r\n`;
  if (name === "get") return "$5\r\nvalue\r\n";
  return "+OK\r\n";
}

/** Reads whole commands of RESP off a text; gives what is left. */
function read(text, each) {
  let rest = text;
  for (;;) {
    const head = /^\*(\d+)\r\n/.exec(rest);
    if (!head) return rest;
    const parts = [];
    let at = head[0].length;
    for (let i = 0; i < Number(head[1]); i++) {
      const size = /^\$(\d+)\r\n/.exec(rest.slice(at));
      if (!size || rest.length < at + size[0].length + Number(size[1]) + 2) return rest;
      at += size[0].length;
      parts.push(rest.slice(at, at + Number(size[1])));
      at += Number(size[1]) + 2;
    }
    rest = rest.slice(at);
    each(parts);
  }
}

const server = net.createServer((socket) => {
  sockets.add(socket);
  let left = "";
  socket.on("data", (chunk) => {
    left = read(left + chunk, (command) => socket.write(replyTo(command)));
  });
  socket.on("close", () => sockets.delete(socket));
  socket.on("error", () => {});
});

function listen() {
  server.listen(port, "127.0.0.1", () => {
    port = server.address().port;
    process.send({ port });
  });
}

process.on("message", () => {
  server.close();
  for (const socket of sockets) socket.destroy();
});
process.on("disconnect", () => process.exit(0));
listen();
