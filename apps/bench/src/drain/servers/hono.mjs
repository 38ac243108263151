import { createAdaptorServer } from "@hono/node-server";
import { sop as middleware } from "@sop/hono";
import { Hono } from "hono";
import { stream } from "hono/streaming";
import { slow, work } from "./work.mjs";

export async function make(sop) {
  const app = new Hono();
  app.use(middleware(sop));
  app.get("/work", async (c) => c.text(await work()));
  app.get("/slow", (c) =>
    stream(c, async (out) => {
      for await (const chunk of slow()) await out.write(chunk);
    }),
  );
  return createAdaptorServer({ fetch: app.fetch });
}
