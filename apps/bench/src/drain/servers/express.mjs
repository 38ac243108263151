import { createServer } from "node:http";
import { Readable } from "node:stream";
import { sop as adapter } from "@sop/express";
import express from "express";
import { slow, work } from "./work.mjs";

export async function make(sop) {
  const app = express();
  const s = adapter(sop);
  app.use(s.middleware);
  app.get("/work", async (_req, res) => res.send(await work()));
  app.get("/slow", (_req, res) => Readable.from(slow()).pipe(res));
  app.use(s.errorHandler);
  return createServer(app);
}
