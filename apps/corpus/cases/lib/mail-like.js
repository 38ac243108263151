// As much of a mail server as a client needs to be happy, in a process of its own. `hang`: it accepts connections, and greets nobody.
const net = require("node:net");

const REPLIES = { EHLO: "250 ok", MAIL: "250 ok", RCPT: "250 ok", DATA: "354 go on", QUIT: "221 bye" };

let mode = process.argv[2] ?? "ok";

const server = net.createServer((socket) => {
  let left = "";
  let isText = false;
  socket.on("error", () => {});
  if (mode === "hang") return;
  socket.write("220 ready\r\n");
  socket.on("data", (chunk) => {
    const lines = (left + chunk).split("\r\n");
    left = lines.pop();
    for (const line of lines) {
      const word = line.slice(0, 4).toUpperCase();
      if (isText && line !== ".") continue;
      socket.write(`${isText ? "250 taken" : (REPLIES[word] ?? "500 what")}\r\n`);
      isText = !isText && word === "DATA";
    }
  });
});

process.on("message", (wanted) => {
  mode = wanted;
});
process.on("disconnect", () => process.exit(0));
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
