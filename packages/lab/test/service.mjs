// A service without SOP, with as many ways to fail as the lab has to see. It asks for an address of its own choice.
import { createServer } from "node:http";

const seen = [];

const ANSWERS = {
  "/echo": async (req, res) => {
    let body = "";
    try {
      for await (const chunk of req) body += chunk;
    } catch (error) {
      body += `|${error.code}`;
    }
    seen.push(body);
    res.end(JSON.stringify({ method: req.method, headers: req.rawHeaders, body }));
  },
  "/seen": (_req, res) => res.end(JSON.stringify(seen)),
  "/env": (_req, res) => res.end(JSON.stringify(process.env)),
  "/throw": () => {
    throw new TypeError("thrown");
  },
  "/later": (_req, res) => {
    res.end("fine");
    setImmediate(() => {
      throw new RangeError("thrown later");
    });
  },
  "/reject": (_req, res) => {
    Promise.reject("a text");
    res.end("fine");
  },
  "/exit": () => process.exit(3),
  "/block": (_req, res) => {
    res.end("fine", () => {
      for (;;);
    });
  },
  "/cut": (_req, res) => {
    res.writeHead(200, { "content-length": 100 });
    res.write("half");
    setImmediate(() => res.destroy());
  },
  "/silent": () => {},
};

createServer((req, res) => ANSWERS[req.url](req, res)).listen({ port: 80, host: "0.0.0.0" });
