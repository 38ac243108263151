const { createServer } = require("node:http");

function answer(request, response) {
  if (request.url === "/timer") {
    setTimeout(() => {
      throw new Error("in a timer");
    }, 5);
  } else if (request.url === "/sync") throw new TypeError("at once");
  else if (request.url === "/rejection") Promise.reject(new RangeError("nobody waits"));
  else if (request.url === "/body") {
    request.on("data", () => {
      throw new Error("in a chunk");
    });
  } else if (request.url === "/slow") setTimeout(() => response.end("slow"), 700);
  else response.end("ok");
}

if (process.env.APP_HANDLES === "1")
  process.on("uncaughtException", (error) => console.error(`kept: ${error.message}`));
if (process.env.APP_FAILS_AT_EXIT === "1")
  process.on("exit", () => {
    throw new Error("on its way out");
  });
const servers = [createServer(answer), createServer(answer)];
for (const server of servers) {
  server.listen(0, "127.0.0.1", () => console.log(`port ${server.address().port}`));
}
process.on("message", (message) => process.send({ echo: message }));
