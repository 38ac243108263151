// A service of its own process, as applications have it: it imports the built packages.
import { createServer } from "node:http";
import { openNodeExchange, writeNodeReply } from "@sop/core";
import { createSop } from "@sop/node";

const sop = createSop({ service: "catalog", forensics: { bodies: true } });
const life = sop.lifecycle({ name: "http", route: (res) => res.req.url, respond: writeNodeReply });

const HANDLERS = {
  "/ok": (_req, res) => res.end("ok"),
  "/cut": (req) => {
    req.resume();
    req.on("error", () => {
      throw new Error("Unexpected end of form");
    });
  },
  "/middle": (req) => {
    req.on("data", () => {
      throw new Error("malformed part");
    });
  },
  "/reject": (_req) => {
    Promise.reject(new RangeError("nobody waits for this"));
  },
};

const server = createServer((req, res) => {
  const context = openNodeExchange(life, req, res);
  const refusal = life.admit(context);
  if (refusal) writeNodeReply(res, refusal);
  else life.run(context, () => HANDLERS[req.url](req, res));
});
server.listen(0, "127.0.0.1", () => process.send(server.address().port));
