// Hosts one case: the application that its `start` gives, on a free port, which is told to the parent.
const http = require("node:http");

// Its parent keeps it alive while it waits for what it depends on, and it does not outlive it.
process.on("message", () => {});
process.on("disconnect", () => process.exit(0));

const { start } = require(process.argv[2]);
Promise.resolve(start()).then((handler) => {
  const server = handler instanceof http.Server ? handler : http.createServer(handler);
  server.listen(0, "127.0.0.1", () => process.send({ t: "ready", port: server.address().port }));
});
