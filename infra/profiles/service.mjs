// A service whose heap grows and whose processor is busy, for tools that read profiles.
import { createServer } from "node:http";
import { adminOf } from "../../packages/node/dist/admin.js";
import { createSop } from "../../packages/node/dist/index.js";

const sop = createSop({ service: "shop", config: false, troubleshoot: false, drain: false });
const life = sop.lifecycle({ name: "test", route: ({ url }) => url, respond: () => {} });
const cache = new Map();

function remember(count) {
  for (let i = 0; i < count; i++) cache.set(cache.size, { i, more: [i] });
}

function workHard() {
  let sum = 0;
  for (let i = 0; i < 5e6; i++) sum += Math.sqrt(i);
  return sum;
}

const server = createServer((request, response) => {
  const context = life.open(request, request, "127.0.0.1");
  response.on("close", () => life.close(context, 200, "finished"));
  if (request.url !== "/stuck") response.end();
}).listen(0, "127.0.0.1");

remember(200_000);
setInterval(workHard, 20);
adminOf(sop).ready.then(() => process.send({ url: adminOf(sop).url, port: server.address().port }));
