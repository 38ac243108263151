import type { AddressInfo } from "node:net";
import fastify from "fastify";
import type { Variant } from "../variant.ts";
import { hold, sopOptions, work } from "./work.ts";

export async function start(variant: Variant): Promise<number> {
  const app = fastify();
  if (variant === "sop") await app.register((await import("@sop/fastify")).sop, sopOptions);
  if (variant === "peers") await (await import("../peers.ts")).fastifyPeers(app);
  app.get("/items/:id", work);
  app.get("/held", hold);
  await app.listen({ host: "127.0.0.1", port: 0 });
  return (app.server.address() as AddressInfo).port;
}
