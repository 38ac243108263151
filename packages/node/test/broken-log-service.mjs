// A service whose log may have lost its reader. LOGGER=application: it brings its own logger, which does nothing about that.
import { createServer } from "node:http";
import { openNodeExchange, writeNodeReply } from "@sop/core";
import { createSop } from "@sop/node";

const write = (fields, message) => process.stdout.write(`${JSON.stringify({ ...fields, message })}\n`);
const logger = { debug() {}, info: write, warn: write, error: write };
const sop = createSop({
  service: "shop",
  config: false,
  troubleshoot: false,
  admin: false,
  ...(process.env.LOGGER === "application" && { logger }),
});
const work = {
  "/fine": () => "fine",
  "/log": () => {
    for (let i = 0; i < 3; i++) sop.log.warn({ i }, "told");
    return "told";
  },
  "/crash": () => {
    setTimeout(() => {
      throw new Error("boom");
    });
    return new Promise(() => {});
  },
};

const life = sop.lifecycle({ name: "http", route: ({ req }) => req.url, respond: writeNodeReply });
const server = createServer((request, response) => {
  const context = openNodeExchange(life, request, response);
  life.run(context, async () => response.end(String(await work[request.url]())));
});
server.listen(0, "127.0.0.1", () => process.send(server.address().port));
