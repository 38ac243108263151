// Knows nothing of this project: two locks that are taken in opposite order, and a session that overlapping requests change.
const { createServer } = require("node:http");
const { Mutex } = require("async-mutex");
const session = require("express-session");

const [a, b] = [new Mutex(), new Mutex()];
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const both = (first, second) =>
  first.runExclusive(async () => {
    await wait(20);
    await second.runExclusive(() => {});
  });
const sessions = session({ secret: "x", resave: false, saveUninitialized: true });

const server = createServer((request, response) => {
  if (request.url === "/ab") both(a, b).then(() => response.end());
  else if (request.url === "/ba") both(b, a).then(() => response.end());
  else {
    sessions(request, response, async () => {
      request.session[request.url.slice(1)] = 1;
      await wait(request.url === "/slow" ? 100 : 1);
      response.end(JSON.stringify(Object.keys(request.session)));
    });
  }
});
server.listen(0, "127.0.0.1", () => console.log(`port ${server.address().port}`));
