// The application that every runtime serves, with the packages as they are published.
import { sop } from "@sop/hono";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";

const guard = sop({ service: "runtimes", logLevel: "silent", deadline: { default: "300ms", max: "10s" } });
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const app = new Hono();
app.use(guard);

app.get("/ok", (c) => c.text("ok"));

app.get("/items/:id", async (c) => {
  await pause(Number(c.req.param("id")) % 7);
  const { id, route } = c.var.sop;
  return c.json({ item: c.req.param("id"), id, route, current: guard.sop.current()?.id });
});

app.get("/throw", () => {
  throw new Error("secret");
});

app.get("/reject", async () => {
  await pause(1);
  throw new Error("secret");
});

app.get("/throw-null", () => {
  throw null;
});

app.get("/conflict", () => {
  throw new HTTPException(409, { message: "the item is taken" });
});

const limited = guard.sop.middleware("rate-limit", () => {
  throw new Error("secret");
});
app.get("/named", limited, (c) => c.text("never"));

app.get("/hang", () => new Promise(() => {}));

app.get("/state", (c) => c.json({ metrics: guard.sop.metrics(), inFlight: guard.sop.requests().length }));

export default app;
