import { Readable } from "node:stream";
import { sop as plugin } from "@sop/fastify";
import Fastify from "fastify";
import { slow, work } from "./work.mjs";

export async function make(sop) {
  const app = Fastify();
  await app.register(plugin, sop);
  app.get("/work", work);
  app.get("/slow", (_request, reply) => reply.send(Readable.from(slow())));
  await app.ready();
  return app.server;
}
