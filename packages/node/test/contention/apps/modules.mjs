// Knows nothing of this project: ES modules. Tasks that wait for tasks of the same limit, and a lock that is taken twice.
import { createServer } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { Mutex } from "async-mutex";
import pLimit from "p-limit";

const limit = pLimit(1);
const lock = new Mutex();
const routes = {
  "/limit": () => limit(() => wait(5).then(() => limit(() => 1))),
  "/twice": () => lock.runExclusive(() => lock.runExclusive(() => 1)),
  "/healthy": () => Promise.all([1, 2, 3].map((n) => new Mutex().runExclusive(() => n))),
};

const server = createServer(async (request, response) => {
  response.end(String(await routes[request.url]()));
});
server.listen(0, "127.0.0.1", () => console.log(`port ${server.address().port}`));
