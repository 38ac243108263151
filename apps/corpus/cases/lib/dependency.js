// A service that the application depends on, in a process of its own: ok, slow:<ms>, hang, 503, big:<bytes>, down (its port is closed).
// The parent changes its mode by a message.
const http = require("node:http");

let mode = process.argv[2] ?? "ok";
let port = 0;

function answer(_request, response) {
  const [kind, figure] = mode.split(":");
  if (kind === "hang") return;
  if (kind === "slow") setTimeout(() => response.end("done"), Number(figure));
  else if (kind === "big") response.end(Buffer.alloc(Number(figure), 65));
  else {
    response.statusCode = kind === "503" ? 503 : 200;
    response.end("done");
  }
}

const server = http.createServer(answer);
server.keepAliveTimeout = 60_000;

function listen() {
  server.listen(port, "127.0.0.1", () => {
    const isFirst = port === 0;
    port = server.address().port;
    if (isFirst) process.send({ port });
  });
}

process.on("message", (wanted) => {
  const wasDown = mode === "down";
  mode = wanted;
  if (mode === "down") {
    server.close();
    server.closeAllConnections();
  } else if (wasDown) listen();
});
process.on("disconnect", () => process.exit(0));
listen();
