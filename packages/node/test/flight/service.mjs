// A service of its own process that ends in the way its path says.
import { createServer } from "node:http";
import { openNodeExchange, writeNodeReply } from "@sop/core";
import { createSop } from "@sop/node";

const sop = createSop({
  service: "shop",
  config: false,
  troubleshoot: false,
  admin: false,
  profiles: false,
  ...JSON.parse(process.env.OPTIONS ?? "{}"),
});
if (process.env.OWN_HANDLERS) {
  for (const signal of ["SIGUSR2", "SIGQUIT", "SIGTERM"]) {
    process.on(signal, () => process.stderr.write(`own handler of ${signal}\n`));
  }
}
const kept = [];
const ways = {
  "/abort": () => process.abort(),
  "/exit": () => process.exit(3),
  "/leave": () => process.exit(0),
  "/throw": () => {
    setImmediate(() => {
      throw new Error("nobody catches this");
    });
  },
  "/oom": () => {
    for (;;) kept.push(Array.from({ length: 1_000 }, (_, i) => ({ i })));
  },
  "/stack": () => {
    const deeper = (n) => deeper(n + 1) + 1;
    setImmediate(() => deeper(0));
  },
  "/segv": () => process.kill(process.pid, "SIGSEGV"),
  "/warn": () => sop.log.warn({ token: "hunter22" }, "stock is low"),
};
const life = sop.lifecycle({ name: "test", route: ({ req }) => req.url.split("?")[0], respond: writeNodeReply });
const server = createServer((request, response) => {
  const context = openNodeExchange(life, request, response);
  const refusal = life.admit(context);
  if (refusal) return writeNodeReply(response, refusal);
  void life.run(context, () => {
    const [path] = request.url.split("?");
    if (path === "/hang") return;
    response.end("ok");
    if (ways[path]) setTimeout(ways[path], 20);
  });
});
server.listen(process.env.PORT ?? 0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
