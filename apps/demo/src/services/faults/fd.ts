import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RequestHandler } from "express";
import sirv from "sirv";
import type { AddRoutes } from "./routes.ts";

const SIZE = 8_000_000;

/**
 * Sends films of items, by sirv 2.0.4, which pipes a file into the response: where the client leaves early, nobody closes the file
 * (sveltejs/kit#11617). The fallback lets the framework send it, which does.
 */
export const addRoutes: AddRoutes = (router, sop) => {
  const dir = mkdtempSync(join(tmpdir(), "sop-demo-films-"));
  process.once("exit", () => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, "bread.mp4"), Buffer.alloc(SIZE));
  const leaky = sirv(dir) as RequestHandler;
  const careful: RequestHandler = (_req, res) => res.sendFile("bread.mp4", { root: dir });
  router.get("/bread.mp4", sop.degradable("films.sirv", { primary: leaky, fallback: careful }));
};
