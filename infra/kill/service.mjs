// A service that dies in the way its path says.
import { createServer } from "node:http";
import { openNodeExchange, writeNodeReply } from "../../packages/core/dist/index.js";
import { createSop } from "../../packages/node/dist/index.js";

const sop = createSop({ service: "shop", config: false, troubleshoot: false, profiles: false });
const kept = [];
const deeper = (n) => (n < 0 ? 0 : deeper(n + 1) + 1);
const ways = {
  "/abort": () => process.abort(),
  "/heap": () => {
    for (;;) kept.push(Array.from({ length: 1_000 }, (_, i) => ({ i })));
  },
  "/group": () => setInterval(() => kept.push(Buffer.alloc(8 << 20, 1)), 20),
  "/stack": () => deeper(0),
  "/segv": () => process.kill(process.pid, "SIGSEGV"),
};
const life = sop.lifecycle({ name: "test", route: ({ req }) => req.url.split("?")[0], respond: writeNodeReply });
const server = createServer((request, response) => {
  const context = openNodeExchange(life, request, response);
  void life.run(context, () => {
    const [path] = request.url.split("?");
    response.end("ok");
    if (ways[path]) setTimeout(ways[path], 10);
    else sop.log.warn({ password: request.headers["x-secret"] }, "it was asked");
  });
});
server.listen(0, "127.0.0.1", () => process.send(server.address().port));
