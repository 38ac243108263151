// A service with the admin plane, for tests: /panic fails, /open/<breaker> and /close/<breaker> set a circuit breaker.
import { createServer } from "node:http";
import { openNodeExchange, writeNodeReply } from "../../packages/core/dist/index.js";
import { adminOf } from "../../packages/node/dist/admin.js";
import { createSop } from "../../packages/node/dist/index.js";

const sop = createSop({ logLevel: "warn", admin: { port: 0 }, drain: { wait: 0, limit: "3s" } });
const life = sop.lifecycle({
  name: "http",
  route: () => "/fault",
  respond: writeNodeReply,
});

function handle(request, response) {
  const [, action, name] = new URL(request.url, "http://x").pathname.split("/");
  if (action === "panic") throw new Error("on purpose");
  if (action === "open") sop.breaker(name).forceOpen();
  if (action === "close") sop.breaker(name).close();
  response.end(`${action}\n`);
}

const server = createServer((request, response) => {
  const context = openNodeExchange(life, request, response);
  const refusal = life.admit(context);
  if (refusal) return writeNodeReply(response, refusal);
  life
    .run(context, async () => handle(request, response))
    .catch((error) => writeNodeReply(response, life.fail(context, error)));
});
server.listen(0, "127.0.0.1", async () => {
  const plane = adminOf(sop);
  await plane.ready;
  console.log(
    JSON.stringify({ url: `http://127.0.0.1:${server.address().port}`, admin: plane.url, token: plane.token }),
  );
});
