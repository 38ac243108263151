import type { AddressInfo } from "node:net";
import express from "express";
import type { Variant } from "../variant.ts";
import { hold, sopOptions, work } from "./work.ts";

export async function start(variant: Variant): Promise<number> {
  const app = express();
  const s = variant === "sop" ? (await import("@sop/express")).sop(sopOptions) : undefined;
  if (s !== undefined) app.use(s.middleware);
  if (variant === "peers") await (await import("../peers.ts")).expressPeers(app);
  app.get("/items/:id", async (_req, res) => {
    res.json(await work());
  });
  app.get("/held", async (_req, res) => {
    res.json(await hold());
  });
  if (s !== undefined) app.use(s.errorHandler);
  return new Promise((resolve) => {
    const server = app.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}
